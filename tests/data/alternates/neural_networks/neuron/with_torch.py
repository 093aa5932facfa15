"""PyTorch: `linear`, and autograd for the layer."""

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name


def sigmoid(z):
    return torch.sigmoid(z)


def neuron(x, w, b):
    if x.shape[-1] != len(w):
        raise ValueError("x and w do not fit")
    return torch.sigmoid((x * w).sum(-1) + b)


class Affine(torch.nn.Module):
    def __init__(self, input_size, output_size, *, rng):
        super().__init__()
        W = torch.from_numpy(rng.normal(scale=input_size**-0.5, size=(input_size, output_size)))
        self._arrays = {"W": W, "b": torch.zeros(output_size, dtype=W.dtype)}
        self.gradients = {name: torch.zeros_like(value) for name, value in self._arrays.items()}

    @property
    def parameters(self):
        return self._arrays

    def astype(self, dtype):
        for arrays in (self._arrays, self.gradients):
            for name in arrays:
                arrays[name] = arrays[name].to(getattr(torch, dtype))

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, x):
        if x.shape[-1] != len(self._arrays["W"]):
            raise ValueError("x does not fit")
        self.leaves = [a.clone().requires_grad_() for a in (x, *self._arrays.values())]
        x, W, b = self.leaves
        self.z = F.linear(x, W.T, b)
        return self.z.detach()

    def backward(self, grad_output):
        found = torch.autograd.grad(self.z, self.leaves, grad_output, retain_graph=True)
        for name, gradient in zip(self._arrays, found[1:], strict=True):
            self.gradients[name] += gradient
        return found[0]
