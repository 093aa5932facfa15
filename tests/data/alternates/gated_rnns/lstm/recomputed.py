"""Keeps the states alone: backward computes the gates again, from one matrix [W_x; W_h; b]."""

import numpy as np

from framework.interfaces import Model


class LSTMStep(Model):
    def forward(self, from_input, h, c, W_h):
        a = (from_input + h @ W_h).reshape(len(h), 4, -1)
        y = np.concatenate([0.5 * (1 + np.tanh(0.5 * a[:, :3])), np.tanh(a[:, 3:])], axis=1)
        new_c = y[:, 1] * c + y[:, 0] * y[:, 3]
        return y[:, 2] * np.tanh(new_c), new_c, y.reshape(len(h), -1)

    def backward(self, grad_h, grad_c, c, c_next, gates, W_h):
        y = gates.reshape(len(c), 4, -1)
        tanh_c = np.tanh(c_next)
        dc = grad_c + grad_h * y[:, 2] * (1 - tanh_c**2)
        slope = np.concatenate([y[:, :3] * (1 - y[:, :3]), 1 - y[:, 3:] ** 2], axis=1)
        dy = np.stack([dc * y[:, 3], dc * c, grad_h * tanh_c, dc * y[:, 0]], axis=1)
        da = (dy * slope).reshape(gates.shape)
        return da, np.einsum("na,ha->nh", da, W_h), dc * y[:, 1]


class LSTM(Model):
    def __init__(self, input_size, hidden_size, *, forget_bias=1.0, rng):
        super().__init__()
        self.sizes = input_size, hidden_size
        self.add_parameter("W_x", rng.normal(0, 0.3, (input_size, 4 * hidden_size)))
        self.add_parameter("W_h", rng.normal(0, 0.3, (hidden_size, 4 * hidden_size)))
        self.add_parameter("b", np.kron([0.0, forget_bias, 0.0, 0.0], np.ones(hidden_size)))

    def initial_state(self, batch_size):
        return np.zeros((batch_size, self.sizes[1]), self.parameters["b"].dtype), np.zeros(
            (batch_size, self.sizes[1]), self.parameters["b"].dtype
        )

    def gates(self, t):
        p = self.parameters
        W = np.vstack([p["W_x"], p["W_h"], p["b"]])
        z = np.hstack([self.x[:, t], self.h[t], np.ones((len(self.x), 1), self.x.dtype)])
        a = (z @ W).reshape(len(z), 4, -1)
        y = np.concatenate([0.5 * (1 + np.tanh(0.5 * a[:, :3])), np.tanh(a[:, 3:])], axis=1)
        return z, W, y

    def forward(self, x, state=None, mask=None):
        if x.shape[-1] != self.sizes[0]:
            raise ValueError("x has another number of features")
        self.x = x.copy()
        words = np.ones(x.shape[:2], bool) if mask is None else mask
        self.words = words[..., None].astype(x.dtype)
        h, c = self.initial_state(len(x)) if state is None else state
        self.h, self.c = [h.copy()], [c.copy()]
        for t in range(x.shape[1]):
            _, _, y = self.gates(t)
            m = self.words[:, t]
            c = m * (y[:, 1] * self.c[t] + y[:, 0] * y[:, 3]) + (1 - m) * self.c[t]
            self.c.append(c)
            self.h.append(m * (y[:, 2] * np.tanh(c)) + (1 - m) * self.h[t])
        self.state = self.h[-1].copy(), self.c[-1].copy()
        return np.stack(self.h[1:], axis=1)

    def backward(self, grad_h):
        D, H = self.sizes
        dh, dc = np.zeros_like(self.h[0]), np.zeros_like(self.c[0])
        grad_x = np.zeros_like(self.x)
        total = np.zeros((D + H + 1, 4 * H), grad_h.dtype)
        for t in reversed(range(grad_h.shape[1])):
            z, W, y = self.gates(t)
            m = self.words[:, t]
            dh = dh + grad_h[:, t]
            tanh_c = np.tanh(y[:, 1] * self.c[t] + y[:, 0] * y[:, 3])
            dc_t = m * (dc + dh * y[:, 2] * (1 - tanh_c**2))
            dy = np.stack([dc_t * y[:, 3], dc_t * self.c[t], m * dh * tanh_c, dc_t * y[:, 0]], 1)
            slope = np.concatenate([y[:, :3] * (1 - y[:, :3]), 1 - y[:, 3:] ** 2], axis=1)
            da = (dy * slope).reshape(len(z), 4 * H)
            total += z.T @ da
            dz = da @ W.T
            grad_x[:, t] = dz[:, :D]
            dh = dz[:, D:-1] + (1 - m) * dh
            dc = dc_t * y[:, 1] + (1 - m) * dc
        for name, part in zip(("W_x", "W_h", "b"), np.split(total, [D, D + H]), strict=True):
            self.gradients[name] += part.reshape(self.gradients[name].shape)
        return grad_x, (dh, dc)
