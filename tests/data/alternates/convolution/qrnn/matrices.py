"""Windows side by side in one product; the recurrence as a triangular matrix per number."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from framework.interfaces import Model


class QRNN(Model):
    def __init__(self, input_size, hidden_size, width=2, pooling="f", *, zoneout=0.0, rng):
        super().__init__()
        if width < 1 or pooling not in ("f", "fo", "ifo"):
            raise ValueError("settings")
        if zoneout < 0 or not zoneout < 1:
            raise ValueError("a share below 1 is needed")
        self.keep, self.rng = zoneout, rng
        self.sizes, self.width, self.pooling = (input_size, hidden_size), width, pooling
        blocks = len(pooling) + 1
        self.add_parameter("W", rng.normal(0, 0.3, (width, input_size, blocks * hidden_size)))
        self.add_parameter("b", np.zeros(blocks * hidden_size))

    def initial_state(self, batch_size):
        D, H = self.sizes
        shapes = (batch_size, H), (batch_size, H), (batch_size, self.width - 1, D)
        return tuple(np.zeros(shape, self.parameters["b"].dtype) for shape in shapes)

    def forward(self, x, state=None, mask=None):
        if x.shape[-1] != self.sizes[0]:
            raise ValueError("x has another number of features")
        N, T, D = x.shape
        h_0, self.c_0, before = state if state is not None else self.initial_state(N)
        self.m = np.ones((N, T, 1), bool) if mask is None else mask[..., None].astype(bool)
        seen = np.concatenate([before, np.where(self.m, x, 0)], axis=1)
        rows = sliding_window_view(seen, self.width, axis=1).swapaxes(2, 3)
        self.rows = rows.reshape(N, T, self.width * D)
        W, b = self.parameters["W"], self.parameters["b"]
        z, *gates = np.split(self.rows @ W.reshape(-1, len(b)) + b, 1 + len(self.pooling), axis=2)
        self.z = np.tanh(z)
        gates = [0.5 + 0.5 * np.tanh(gate / 2) for gate in gates]
        self.raw = gates
        if self.training and self.keep:
            still = self.rng.random(self.z.shape) < self.keep
            gates[0] = np.where(still, 1, gates[0]).astype(z.dtype)
            gates[2:] = [np.where(still, 0, gate).astype(z.dtype) for gate in gates[2:]]
        self.f = np.where(self.m, gates[0], 1)
        self.o = gates[1] if "o" in self.pooling else np.ones_like(z)
        i = gates[2] if "i" in self.pooling else 1 - gates[0]
        self.i = np.where(self.m, i, 0)
        # fade[:, t, s]: what is left at step t of what came in at step s, f_{s+1} ... f_t
        self.fade = np.zeros((N, T, T, z.shape[2]), z.dtype)
        for s in range(T):
            self.fade[:, s, s] = 1
            self.fade[:, s + 1 :, s] = np.cumprod(self.f[:, s + 1 :], axis=1)
        self.from_start = np.cumprod(self.f, axis=1)
        new = self.i * self.z
        self.c = np.einsum("ntsh,nsh->nth", self.fade, new) + self.from_start * self.c_0[:, None]
        # which h comes out at step t: that of the last word, or h_0
        steps = np.arange(T)
        last = np.maximum.accumulate(np.where(self.m[..., 0], steps + 1, 0), axis=1)
        self.out = last[:, :, None] == np.arange(T + 1)
        candidates = np.concatenate([h_0[:, None], self.o * self.c], axis=1)
        h = np.einsum("nts,nsh->nth", self.out.astype(z.dtype), candidates)
        self.state = (h[:, -1].copy(), self.c[:, -1].copy(), seen[:, T:].copy())
        return h

    def backward(self, grad_h):
        N, T, _ = self.rows.shape
        given = np.einsum("nts,nth->nsh", self.out.astype(grad_h.dtype), grad_h)
        grad_h_0, g = given[:, 0], given[:, 1:]
        gc = np.einsum("ntsh,nth->nsh", self.fade, g * self.o)
        grad_c_0 = (self.from_start * g * self.o).sum(axis=1)
        past = np.concatenate([self.c_0[:, None], self.c[:, :-1]], axis=1)
        gf = gc * (past - (0 if "i" in self.pooling else self.z))
        slopes = [gate * (1 - gate) for gate in self.raw]
        parts = [gc * self.i * (1 - self.z**2), gf * slopes[0]]
        if "o" in self.pooling:
            parts.append(g * self.c * slopes[1])
        if "i" in self.pooling:
            parts.append(gc * self.z * slopes[2])
        ga = np.concatenate(parts, axis=2) * self.m
        W = self.parameters["W"]
        self.gradients["W"] += np.einsum("ntr,ntc->rc", self.rows, ga).reshape(W.shape)
        self.gradients["b"] += ga.sum(axis=(0, 1))
        g_rows = np.einsum("ntc,kdc->ntkd", ga, W)
        g_seen = np.zeros((N, T + self.width - 1, self.sizes[0]), ga.dtype)
        for t in range(T):
            g_seen[:, t : t + self.width] += g_rows[:, t]
        before, g_x = np.split(g_seen, [self.width - 1], axis=1)
        return g_x * self.m, (grad_h_0, grad_c_0, before)
