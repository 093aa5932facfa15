"""Every step leaves a function for the way back; prints when it is loaded."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model

print("GRU")


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
        return np.concatenate([da_u, da_r, da_n], axis=1), before


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
        return np.concatenate([da_u, da_r, da_n], axis=1), before


def _sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2


class GRU(Model):
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        reset_after: bool = False,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        D, H = input_size, hidden_size
        self.D, self.H, self.reset_after = D, H, reset_after
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, 3 * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, 3 * H)))
        self.add_parameter("b", np.zeros(3 * H))
        if reset_after:
            self.add_parameter("b_h", np.zeros(H))

    def initial_state(self, batch_size: int) -> Array:
        return np.zeros((batch_size, self.H), self.parameters["b"].dtype)

    def forward(self, x: Array, state: Array | None = None, mask: Array | None = None) -> Array:
        if x.shape[-1] != self.D:
            raise ValueError(f"features: {x.shape[-1]}, input_size: {self.D}")
        h = self.initial_state(len(x)) if state is None else np.array(state)
        a = np.array(x) @ self.parameters["W_x"] + self.parameters["b"]
        self.x, self.ways_back, hs = np.array(x), [], []
        for t in range(x.shape[1]):
            word = (
                np.ones((len(x), 1), bool) if mask is None else np.array(mask[:, t : t + 1], bool)
            )
            new, back = self._step(a[:, t], h)
            self.ways_back.append((word, back))
            h = np.where(word, new, h)
            hs.append(h)
        self.state = h
        return np.stack(hs, axis=1)

    def _step(self, a: Array, h: Array):
        H, W_h, g = self.H, self.parameters["W_h"], self.gradients
        gates = _sigmoid(a[:, : 2 * H] + h @ W_h[:, : 2 * H])
        u, r = gates[:, :H], gates[:, H:]
        W_n = W_h[:, 2 * H :]
        if self.reset_after:
            product = h @ W_n + self.parameters["b_h"]
            new = np.tanh(a[:, 2 * H :] + r * product)
        else:
            product = r * h
            new = np.tanh(a[:, 2 * H :] + product @ W_n)

        def back(grad: Array) -> tuple[Array, Array]:
            da_n = grad * u * (1 - new * new)
            grad_h = grad * (1 - u)
            if self.reset_after:
                dr = da_n * product
                g["W_h"][:, 2 * H :] += h.T @ (da_n * r)
                g["b_h"] += (da_n * r).sum(axis=0)
                grad_h = grad_h + (da_n * r) @ W_n.T
            else:
                d_product = da_n @ W_n.T
                dr = d_product * h
                g["W_h"][:, 2 * H :] += product.T @ da_n
                grad_h = grad_h + d_product * r
            d_gates = np.concatenate([grad * (new - h), dr], axis=1) * gates * (1 - gates)
            g["W_h"][:, : 2 * H] += h.T @ d_gates
            grad_h = grad_h + d_gates @ W_h[:, : 2 * H].T
            return np.concatenate([d_gates, da_n], axis=1), grad_h

        return (1 - u) * h + u * new, back

    def backward(self, grad_h: Array) -> tuple[Array, Array]:
        d_a = np.zeros((*grad_h.shape[:2], 3 * self.H), grad_h.dtype)
        later = np.zeros_like(grad_h[:, 0])
        for t in range(len(self.ways_back) - 1, -1, -1):
            word, back = self.ways_back[t]
            total = later + grad_h[:, t]
            d_a[:, t], before = back(total * word)
            later = np.where(word, before, total)
        self.gradients["W_x"] += np.einsum("ntd,nta->da", self.x, d_a)
        self.gradients["b"] += d_a.sum(axis=(0, 1))
        return d_a @ self.parameters["W_x"].T, later
