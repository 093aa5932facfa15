"""PyTorch: the formulas as they are, and autograd for everything."""

import torch


class QRNN(torch.nn.Module):
    def __init__(self, input_size, hidden_size, width=2, pooling="f", *, zoneout=0.0, rng):
        super().__init__()
        if width < 1 or pooling not in ("f", "fo", "ifo"):
            raise ValueError("settings")
        if not 0 <= zoneout < 1:
            raise ValueError("zoneout")
        self.zoneout, self.rng = zoneout, rng
        self.D, self.H, self.width, self.pooling = input_size, hidden_size, width, pooling
        columns = (1 + len(pooling)) * hidden_size
        self.tables = {
            "W": torch.from_numpy(rng.normal(0, 0.3, (width, input_size, columns))),
            "b": torch.zeros(columns, dtype=torch.float64),
        }
        self.gradients = {name: torch.zeros_like(p) for name, p in self.tables.items()}

    @property
    def parameters(self):
        return self.tables

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def initial_state(self, batch_size):
        shapes = ((self.H,), (self.H,), (self.width - 1, self.D))
        return tuple(torch.zeros(batch_size, *shape, dtype=torch.float64) for shape in shapes)

    def forward(self, x, state=None, mask=None):
        if x.shape[-1] != self.D:
            raise ValueError("x has another number of features")
        state = self.initial_state(len(x)) if state is None else state
        self.leaves = [
            value.detach().clone().requires_grad_() for value in (x, *state, *self.tables.values())
        ]
        x, h, c, before, W, b = self.leaves
        words = torch.ones(x.shape[:2], dtype=torch.bool) if mask is None else mask.bool()
        seen = torch.cat([before, torch.where(words[..., None], x, torch.zeros_like(x))], dim=1)
        steps = []
        moves = torch.ones((*x.shape[:2], self.H), dtype=torch.bool)
        if self.training and self.zoneout:
            moves = torch.from_numpy(self.rng.random(tuple(moves.shape)) >= self.zoneout)
        for t in range(x.shape[1]):
            a = torch.einsum("nkd,kdc->nc", seen[:, t : t + self.width], W) + b
            z, *gates = a.chunk(1 + len(self.pooling), dim=1)
            f, *others = (gate.sigmoid() for gate in gates)
            i = others[1] if self.pooling == "ifo" else 1 - f
            new_c = torch.where(moves[:, t], f * c + i * z.tanh(), c)
            new_h = others[0] * new_c if others else new_c
            word = words[:, t, None]
            c, h = torch.where(word, new_c, c), torch.where(word, new_h, h)
            steps.append(h)
        self.h = torch.stack(steps, dim=1)
        last = seen[:, x.shape[1] :]
        self.state = tuple(part.detach().clone() for part in (h, c, last))
        return self.h.detach().clone()

    def backward(self, grad_h):
        found = torch.autograd.grad(
            self.h, self.leaves, grad_h, retain_graph=True, materialize_grads=True
        )
        for gradient, more in zip(self.gradients.values(), found[4:], strict=True):
            gradient += more
        return found[0], found[1:4]
