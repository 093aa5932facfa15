"""Weights are views by gate; warnings are errors; a list as the result."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")


class GRUStep(Model):
    def forward(self, from_input, h, W_h):
        H = h.shape[1]
        both = _sigmoid(from_input[:, : 2 * H] + h @ W_h[:, : 2 * H])
        u, r = both[:, :H], both[:, H:]
        new = np.tanh((r * h) @ W_h[:, 2 * H :] + from_input[:, 2 * H :])
        return h + u * (new - h), np.hstack([u, r, new])

    def backward(self, grad_h, h, gates, W_h):
        u, r, new = np.hsplit(gates, 3)
        W_u, W_r, W_n = np.hsplit(W_h, 3)
        da_n = grad_h * u * (1 - new * new)
        d_product = da_n @ W_n.T
        da_u, da_r = grad_h * (new - h) * (u - u * u), d_product * h * (r - r * r)
        before = grad_h - grad_h * u + da_u @ W_u.T + da_r @ W_r.T + d_product * r
        return [np.hstack([da_u, da_r, da_n]), before]


class ResetAfterStep(Model):
    def forward(self, from_input, h, W_h, b_h):
        x_u, x_r, x_n = np.hsplit(from_input, 3)
        h_u, h_r, h_n = np.hsplit(h @ W_h, 3)
        u, r = _sigmoid(x_u + h_u), _sigmoid(x_r + h_r)
        new = np.tanh(x_n + r * (h_n + b_h))
        return u * new + (1 - u) * h, np.hstack([u, r, new])

    def backward(self, grad_h, h, gates, W_h, b_h):
        u, r, new = np.hsplit(gates, 3)
        W_u, W_r, W_n = np.hsplit(W_h, 3)
        da_n = grad_h * u * (1 - new * new)
        da_u = grad_h * (new - h) * (u - u * u)
        da_r = da_n * (h @ W_n + b_h) * (r - r * r)
        before = grad_h * (1 - u) + da_u @ W_u.T + da_r @ W_r.T + (da_n * r) @ W_n.T
        return [np.hstack([da_u, da_r, da_n]), before]


def _sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2


class GRU(Model):
    def __init__(self, input_size, hidden_size, *, reset_after=False, rng):
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size, self.reset_after = D, H, reset_after
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, 3 * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, 3 * H)))
        self.add_parameter("b", np.zeros(3 * H))
        if reset_after:
            self.add_parameter("b_h", np.zeros(H))

    def initial_state(self, batch_size):
        return np.zeros((batch_size, self.hidden_size), self.parameters["b"].dtype)

    def _blocks(self, arrays, name):
        H = self.hidden_size
        return [arrays[name][..., k * H : (k + 1) * H] for k in range(3)]

    def forward(self, x, state=None, mask=None):
        if x.shape[-1] != self.input_size:
            raise ValueError(f"{x.shape[-1]} features, not {self.input_size}")
        W_xs, W_hs, bs = (self._blocks(self.parameters, n) for n in ("W_x", "W_h", "b"))
        h = self.initial_state(len(x)) if state is None else state.copy()
        self.x = x.copy()
        self.words = np.ones(x.shape[:2], bool) if mask is None else mask.astype(bool)
        x_u, x_r, x_n = (self.x @ W + b for W, b in zip(W_xs, bs, strict=True))
        self.kept, result = [], []
        for t in range(x.shape[1]):
            u = _sigmoid(x_u[:, t] + h @ W_hs[0])
            r = _sigmoid(x_r[:, t] + h @ W_hs[1])
            if self.reset_after:
                inner = h @ W_hs[2] + self.parameters["b_h"]
                new = np.tanh(x_n[:, t] + r * inner)
            else:
                inner = r * h
                new = np.tanh(x_n[:, t] + inner @ W_hs[2])
            self.kept.append((h, u, r, inner, new))
            h = np.where(self.words[:, t, None], (1 - u) * h + u * new, h)
            result.append(h)
        self.state = h
        return np.stack(result, axis=1)

    def backward(self, grad_h):
        W_xs, W_hs = (self._blocks(self.parameters, n) for n in ("W_x", "W_h"))
        G_xs, G_hs, G_bs = (self._blocks(self.gradients, n) for n in ("W_x", "W_h", "b"))
        grad_x, later = np.zeros_like(self.x), np.zeros_like(grad_h[:, 0])
        for t in reversed(range(len(self.kept))):
            h, u, r, inner, new = self.kept[t]
            word, total = self.words[:, t, None], grad_h[:, t] + later
            d = np.where(word, total, 0).astype(total.dtype)
            a_n = d * u * (1 - new**2)
            before = d * (1 - u)
            if self.reset_after:
                d_inner, d_r = a_n * r, a_n * inner
                G_hs[2][...] += h.T @ d_inner
                self.gradients["b_h"] += d_inner.sum(axis=0)
                before = before + d_inner @ W_hs[2].T
            else:
                d_inner = a_n @ W_hs[2].T
                G_hs[2][...] += inner.T @ a_n
                d_r, before = d_inner * h, before + d_inner * r
            a_u, a_r = d * (new - h) * u * (1 - u), d_r * r * (1 - r)
            for k, a in enumerate((a_u, a_r)):
                G_hs[k][...] += h.T @ a
                before = before + a @ W_hs[k].T
            for k, a in enumerate((a_u, a_r, a_n)):
                G_xs[k][...] += self.x[:, t].T @ a
                G_bs[k][...] += a.sum(axis=0)
                grad_x[:, t] += a @ W_xs[k].T
            later = np.where(word, before, total)
        return [grad_x, later]
