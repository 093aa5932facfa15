"""The recurrent layer as a user of PyTorch writes it."""

from __future__ import annotations

import torch


class RNNStep(torch.nn.Module):
    def forward(self, from_input, h, W_h):
        return torch.addmm(from_input, h, W_h).tanh()

    def backward(self, grad_h, h, W_h):
        a = torch.addcmul(grad_h, grad_h, h * h, value=-1)
        return a, a @ W_h.T


class RNN(torch.nn.Module):
    def __init__(self, input_size, hidden_size, *, truncation=None, rng):
        super().__init__()
        if truncation is not None and truncation < 1:
            raise ValueError("truncation must be at least 1")
        self.input_size, self.hidden_size, self.truncation = input_size, hidden_size, truncation
        shapes = {
            "W_x": (input_size, hidden_size),
            "W_h": (hidden_size, hidden_size),
            "b": (hidden_size,),
        }
        self._weights = {
            name: torch.from_numpy(rng.normal(scale=0.3, size=shape)).requires_grad_()
            for name, shape in shapes.items()
        }
        self.gradients = {name: torch.zeros_like(w) for name, w in self._weights.items()}

    @property
    def parameters(self):
        return self._weights

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def initial_state(self, batch_size):
        return torch.zeros(batch_size, self.hidden_size, dtype=torch.float64)

    def forward(self, x, h_0=None, mask=None):
        if x.shape[-1] != self.input_size:
            raise ValueError("x has the wrong number of features")
        x, h_0 = self._read(x, h_0)
        h, states = h_0, []
        for t in range(x.shape[1]):
            if self.truncation and t > 0 and t % self.truncation == 0:
                h = h.detach()
            new = torch.tanh(
                x[:, t] @ self._weights["W_x"] + h @ self._weights["W_h"] + self._weights["b"]
            )
            h = new if mask is None else torch.where(mask[:, t, None], new, h)
            states.append(h)
        self.h = torch.stack(states, dim=1)
        self.state = h.detach().clone()
        return self.h.detach().clone()

    def _read(self, x, h_0):
        if h_0 is None:
            h_0 = x.new_zeros(len(x), self.hidden_size)
        self.inputs = [x.detach().clone().requires_grad_(), h_0.detach().clone().requires_grad_()]
        return self.inputs

    def backward(self, grad_h):
        wanted = [*self._weights.values(), *self.inputs]
        *weights, grad_x, grad_h_0 = torch.autograd.grad(self.h, wanted, grad_h, retain_graph=True)
        for name, gradient in zip(self._weights, weights, strict=True):
            self.gradients[name] += gradient
        return grad_x, grad_h_0
