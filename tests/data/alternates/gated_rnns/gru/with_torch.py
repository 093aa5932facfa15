"""PyTorch: the formulas as they are, and autograd for everything."""

import torch


def _parts(from_input, h, W_h, b_h=None):
    (x_u, x_r, x_c), (U, R, C) = from_input.chunk(3, dim=1), W_h.chunk(3, dim=1)
    u, r = torch.sigmoid(x_u + h @ U), torch.sigmoid(x_r + h @ R)
    past = (r * h) @ C if b_h is None else r * (h @ C + b_h)
    return torch.cat([u, r, torch.tanh(x_c + past)], dim=1)


def _next(h, gates):
    u, _, content = gates.chunk(3, dim=1)
    return torch.lerp(h, content, u)


def _pulled_back(grad_h, h, gates, W_h, b_h=None):
    """Differentiate what follows the arguments of the gates by them, and by h."""
    r = gates.chunk(3, dim=1)[1]
    leaves = [value.detach().clone().requires_grad_() for value in (gates, h, r)]
    of_gates, of_h = torch.autograd.grad(_next(leaves[1], leaves[0]), leaves[:2], grad_h)
    da = of_gates * torch.cat(
        [gates[:, : -h.shape[1]] * (1 - gates[:, : -h.shape[1]]), 1 - gates[:, -h.shape[1] :] ** 2],
        dim=1,
    )
    C = W_h[:, 2 * h.shape[1] :]
    past = (leaves[2] * leaves[1]) @ C if b_h is None else leaves[2] * (leaves[1] @ C + b_h)
    through, of_r = torch.autograd.grad(past, leaves[1:], da.chunk(3, dim=1)[2])
    da = torch.cat([da.chunk(3, dim=1)[0], of_r * r * (1 - r), da.chunk(3, dim=1)[2]], dim=1)
    kept = of_h + through
    return da, kept + da[:, : 2 * h.shape[1]] @ W_h[:, : 2 * h.shape[1]].T


class GRUStep(torch.nn.Module):
    def forward(self, from_input, h, W_h):
        gates = _parts(from_input, h, W_h)
        return _next(h, gates), gates

    def backward(self, grad_h, h, gates, W_h):
        return _pulled_back(grad_h, h, gates, W_h)


class ResetAfterStep(torch.nn.Module):
    def forward(self, from_input, h, W_h, b_h):
        gates = _parts(from_input, h, W_h, b_h)
        return _next(h, gates), gates

    def backward(self, grad_h, h, gates, W_h, b_h):
        return _pulled_back(grad_h, h, gates, W_h, b_h)


class GRU(torch.nn.Module):
    def __init__(self, input_size, hidden_size, *, reset_after=False, rng):
        super().__init__()
        self.D, self.H, self.after = input_size, hidden_size, reset_after
        self.tables = {
            "W_x": torch.from_numpy(rng.normal(0, 0.3, (input_size, 3 * hidden_size))),
            "W_h": torch.from_numpy(rng.normal(0, 0.3, (hidden_size, 3 * hidden_size))),
            "b": torch.zeros(3 * hidden_size, dtype=torch.float64),
        }
        if reset_after:
            self.tables["b_h"] = torch.zeros(hidden_size, dtype=torch.float64)
        self.gradients = {name: torch.zeros_like(p) for name, p in self.tables.items()}

    @property
    def parameters(self):
        return self.tables

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def initial_state(self, batch_size):
        return torch.zeros(batch_size, self.H, dtype=torch.float64)

    def forward(self, x, state=None, mask=None):
        if x.shape[-1] != self.D:
            raise ValueError("x has another number of features")
        state = self.initial_state(len(x)) if state is None else state
        self.leaves = [
            value.detach().clone().requires_grad_() for value in (x, state, *self.tables.values())
        ]
        x, h, W_x, W_h, b, *rest = self.leaves
        (U_x, R_x, C_x), (U_h, R_h, C_h) = W_x.chunk(3, 1), W_h.chunk(3, 1)
        b_u, b_r, b_c = b.chunk(3)
        steps = []
        for t in range(x.shape[1]):
            u = torch.sigmoid(x[:, t] @ U_x + h @ U_h + b_u)
            r = torch.sigmoid(x[:, t] @ R_x + h @ R_h + b_r)
            past = r * (h @ C_h + rest[0]) if self.after else (r * h) @ C_h
            new = (1 - u) * h + u * torch.tanh(x[:, t] @ C_x + past + b_c)
            h = new if mask is None else torch.where(mask[:, t, None], new, h)
            steps.append(h)
        self.h = torch.stack(steps, dim=1)
        self.state = h.detach().clone()
        return self.h.detach().clone()

    def backward(self, grad_h):
        found = torch.autograd.grad(
            self.h, self.leaves, grad_h, retain_graph=True, materialize_grads=True
        )
        for gradient, more in zip(self.gradients.values(), found[2:], strict=True):
            gradient += more
        return found[0], found[1]
