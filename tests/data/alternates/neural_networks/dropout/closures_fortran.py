"""forward leaves a function for backward; Fortran order in and out."""

import numpy as np

from framework.interfaces import Model

print("dropout")


def _multiplied(factor, dtype):
    def by(array):
        return np.asfortranarray(array * factor, dtype=dtype)

    return by


class Dropout(Model):
    def __init__(self, keep_probability, *, inverted=False, rng):
        super().__init__()
        if keep_probability > 1 or not keep_probability > 0:
            raise ValueError("a probability in (0, 1]")
        self.keep_probability, self.inverted, self.rng = keep_probability, inverted, rng

    def forward(self, x):
        p = self.keep_probability
        if self.training and self.inverted:
            factor = np.where(self.rng.random(x.shape) < p, 1 / p, 0)
        elif self.training:
            factor = self.rng.random(x.shape) < p
        else:
            factor = 1 if self.inverted else p
        self.pull_back = _multiplied(factor, x.dtype)
        return self.pull_back(x)

    def backward(self, grad_output):
        return self.pull_back(grad_output)


class VariationalDropout(Model):
    def __init__(self, keep_probability, *, inverted=False, rng):
        super().__init__()
        if keep_probability > 1 or not keep_probability > 0:
            raise ValueError("a probability in (0, 1]")
        self.keep_probability, self.inverted, self.rng = keep_probability, inverted, rng

    def forward(self, x):
        p = self.keep_probability
        factor = 1.0 if self.inverted else p
        if self.training:
            kept = (self.rng.random((x.shape[0], x.shape[2])) < p) / (p if self.inverted else 1)
            factor = np.repeat(kept[:, None, :], x.shape[1], axis=1)
        self.pull_back = _multiplied(factor, x.dtype)
        return self.pull_back(x)

    def backward(self, grad_output):
        return self.pull_back(grad_output)


class DropConnect(Model):
    def __init__(self, input_size, output_size, keep_probability, *, inverted=False, rng):
        super().__init__()
        self.connections = self.add_child(
            "_connections", Dropout(keep_probability, inverted=inverted, rng=rng)
        )
        self.add_parameter("W", rng.uniform(-0.5, 0.5, (input_size, output_size)))
        self.add_parameter("b", np.zeros(output_size))

    def forward(self, x):
        W = self.connections.forward(self.parameters["W"])

        def pull_back(grad):
            rows = x.reshape(-1, len(W)).T @ grad.reshape(-1, W.shape[1])
            self.gradients["W"] += self.connections.backward(rows)
            self.gradients["b"] += grad.reshape(-1, W.shape[1]).sum(0)
            return np.asfortranarray(np.dot(grad, W.T))

        self.pull_back = pull_back
        return np.asfortranarray(np.dot(x, W) + self.parameters["b"])

    def backward(self, grad_output):
        return self.pull_back(grad_output)


def average_over_masks(f, x, keep_probability):
    n = len(x)
    outputs, shares = [], []
    for number in range(2**n):
        bits = (number >> np.arange(n)) & 1
        outputs.append(np.asarray(f(x * bits)))
        shares.append(np.prod(np.where(bits == 1, keep_probability, 1 - keep_probability)))
    return np.tensordot(np.array(shares), np.array(outputs), axes=1)


def monte_carlo(model, x, samples):
    model.train()
    drawn = np.array([model.forward(x) for _ in range(samples)])
    model.eval()
    mean = drawn.sum(axis=0) / samples
    return mean, np.sqrt(((drawn - mean) ** 2).sum(axis=0) / samples)


if __name__ == "__main__":
    layer = Dropout(0.5, rng=np.random.default_rng(0))
    assert layer.forward(np.ones(4)).shape == (4,)
