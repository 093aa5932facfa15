"""Keeps the states alone; every step is a function that is run again on the way back."""

import numpy as np

from framework.interfaces import Model


def _sigma(z):
    return 0.5 + 0.5 * np.tanh(z / 2)


class GRUStep(Model):
    def forward(self, from_input, h, W_h):
        H = h.shape[1]
        both = _sigma(from_input[:, : 2 * H] + h @ W_h[:, : 2 * H])
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
        return np.hstack([da_u, da_r, da_n]), before


class ResetAfterStep(Model):
    def forward(self, from_input, h, W_h, b_h):
        x_u, x_r, x_n = np.hsplit(from_input, 3)
        h_u, h_r, h_n = np.hsplit(h @ W_h, 3)
        u, r = _sigma(x_u + h_u), _sigma(x_r + h_r)
        new = np.tanh(x_n + r * (h_n + b_h))
        return u * new + (1 - u) * h, np.hstack([u, r, new])

    def backward(self, grad_h, h, gates, W_h, b_h):
        u, r, new = np.hsplit(gates, 3)
        W_u, W_r, W_n = np.hsplit(W_h, 3)
        da_n = grad_h * u * (1 - new * new)
        da_u = grad_h * (new - h) * (u - u * u)
        da_r = da_n * (h @ W_n + b_h) * (r - r * r)
        before = grad_h * (1 - u) + da_u @ W_u.T + da_r @ W_r.T + (da_n * r) @ W_n.T
        return np.hstack([da_u, da_r, da_n]), before


class GRU(Model):
    def __init__(self, input_size, hidden_size, *, reset_after=False, rng):
        super().__init__()
        self.D, self.H, self.after = input_size, hidden_size, reset_after
        self.add_parameter("W_x", rng.normal(0, 0.3, (input_size, 3 * hidden_size)))
        self.add_parameter("W_h", rng.normal(0, 0.3, (hidden_size, 3 * hidden_size)))
        self.add_parameter("b", np.zeros(3 * hidden_size))
        if reset_after:
            self.add_parameter("b_h", np.zeros(hidden_size))

    def initial_state(self, batch_size):
        return np.zeros((batch_size, self.H), self.parameters["b"].dtype)

    def step(self, x, h):
        p, H = self.parameters, self.H
        a = x @ p["W_x"] + p["b"]
        both = 0.5 + 0.5 * np.tanh((a[:, : 2 * H] + h @ p["W_h"][:, : 2 * H]) / 2)
        u, r = both[:, :H], both[:, H:]
        seen = h @ p["W_h"][:, 2 * H :] + p["b_h"] if self.after else r * h
        past = r * seen if self.after else seen @ p["W_h"][:, 2 * H :]
        return u, r, seen, np.tanh(a[:, 2 * H :] + past)

    def forward(self, x, state=None, mask=None):
        if x.shape[-1] != self.D:
            raise ValueError("x has another number of features")
        self.x = x.copy()
        self.words = (np.ones(x.shape[:2], x.dtype) if mask is None else mask.astype(x.dtype))[
            ..., None
        ]
        self.h = [self.initial_state(len(x)) if state is None else state.copy()]
        for t in range(x.shape[1]):
            u, _, _, content = self.step(x[:, t], self.h[t])
            u = u * self.words[:, t]  # without a word nothing is let in
            self.h.append(u * content + (1 - u) * self.h[t])
        self.state = self.h[-1].copy()
        return np.stack(self.h[1:], axis=1)

    def backward(self, grad_h):
        p, g, H = self.parameters, self.gradients, self.H
        W, W_hh = p["W_h"][:, : 2 * H], p["W_h"][:, 2 * H :]
        dh, grad_x = 0, np.zeros_like(self.x)
        for t in reversed(range(grad_h.shape[1])):
            dh = dh + grad_h[:, t]
            h, (u, r, seen, content) = self.h[t], self.step(self.x[:, t], self.h[t])
            m = self.words[:, t]
            dc = m * dh * u * (1 - content**2)
            du = m * dh * (content - h) * u * (1 - u)
            if self.after:
                d_seen, dr = dc * r, dc * seen
                g["W_h"][:, 2 * H :] += h.T @ d_seen
                g["b_h"] += d_seen.sum(axis=0)
                through = d_seen @ W_hh.T
            else:
                d_seen = dc @ W_hh.T
                dr = d_seen * h
                g["W_h"][:, 2 * H :] += seen.T @ dc
                through = d_seen * r
            gates = np.hstack([du, dr * r * (1 - r)])
            da = np.hstack([gates, dc])
            g["W_h"][:, : 2 * H] += h.T @ gates
            g["W_x"] += self.x[:, t].T @ da
            g["b"] += da.sum(axis=0)
            grad_x[:, t] = da @ p["W_x"].T
            dh = dh * (1 - m * u) + gates @ W.T + through
        return grad_x, dh
