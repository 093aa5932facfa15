"""PyTorch with autograd; the numbers come from the generator that is given."""

import torch


class Dropout:
    def __init__(self, keep_probability, *, inverted=False, rng):
        if not 0 < keep_probability <= 1:
            raise ValueError("no probability")
        self.p, self.inverted, self.rng = keep_probability, inverted, rng
        self.training, self.parameters, self.gradients = True, {}, {}

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def zero_gradients(self):
        pass

    def mask(self, x):
        return torch.from_numpy(self.rng.random(tuple(x.shape)) < self.p).to(x.dtype)

    def forward(self, x):
        self.x = x.detach().clone().requires_grad_()
        if self.training:
            y = self.x * self.mask(x)
            self.y = y / self.p if self.inverted else y
        else:
            self.y = self.x * (1.0 if self.inverted else self.p)
        return self.y.detach().clone()

    def backward(self, grad_output):
        (grad,) = torch.autograd.grad(self.y, self.x, grad_output, retain_graph=True)
        return grad


class VariationalDropout(Dropout):
    def mask(self, x):
        drawn = self.rng.random((x.shape[0], x.shape[2])) < self.p
        return torch.from_numpy(drawn).to(x.dtype).unsqueeze(1)


class DropConnect(Dropout):
    def __init__(self, input_size, output_size, keep_probability, *, inverted=False, rng):
        super().__init__(keep_probability, inverted=inverted, rng=rng)
        W = torch.from_numpy(rng.normal(0, 0.3, (input_size, output_size)))
        self.parameters = {"W": W, "b": torch.zeros(output_size, dtype=W.dtype)}
        self.gradients = {name: torch.zeros_like(p) for name, p in self.parameters.items()}

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, x):
        leaves = (x, self.parameters["W"], self.parameters["b"])
        self.leaves = [leaf.detach().clone().requires_grad_() for leaf in leaves]
        x, W, b = self.leaves
        m = self.mask(W) if self.training else self.p
        if self.inverted:
            m = m / self.p
        self.y = x @ (W * m) + b
        return self.y.detach().clone()

    def backward(self, grad_output):
        found = torch.autograd.grad(self.y, self.leaves, grad_output, retain_graph=True)
        self.gradients["W"] += found[1]
        self.gradients["b"] += found[2]
        return found[0]


def average_over_masks(f, x, keep_probability):
    total = 0
    for number in range(2 ** len(x)):
        bits = [(number >> i) & 1 for i in range(len(x))]
        share = 1.0
        for bit in bits:
            share *= keep_probability if bit else 1 - keep_probability
        total = total + share * f(x * torch.tensor(bits))
    return total


def monte_carlo(model, x, samples):
    model.train()
    outputs = torch.stack([model.forward(x) for _ in range(samples)])
    model.eval()
    return outputs.mean(dim=0), outputs.std(dim=0, unbiased=False)
