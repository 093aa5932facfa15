"""Type annotated, with prints and a small test under ``__main__``."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


def sigmoid(z: Array) -> Array:
    out: Array = np.array(z, copy=True)
    flat = out.reshape(-1)
    for place, number in enumerate(flat):
        if number >= 0:
            flat[place] = 1 / (1 + np.exp(-number))
        elif number < 0:
            flat[place] = np.exp(number) / (1 + np.exp(number))
    return out


def neuron(x: Array, w: Array, b: float) -> Array:
    if x.shape[-1:] != w.shape:
        raise ValueError(f"a neuron with {len(w)} weights cannot read {x.shape}")
    print("weights", w)
    return sigmoid(np.asarray(x.dot(w) + b))


class Affine(Model):
    def __init__(self, input_size: int, output_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.input_size: int = input_size
        W: Array = rng.normal(scale=input_size**-0.5, size=(input_size, output_size))
        self.add_parameter("W", W)
        self.add_parameter("b", np.zeros(output_size))

    def forward(self, x: Array) -> Array:
        if x.shape[-1:] != (self.input_size,):
            raise ValueError(f"input of size {x.shape[-1:]}, wanted {self.input_size}")
        self._x: Array = np.array(x)
        return np.add(np.matmul(x, self.parameters["W"]), self.parameters["b"])

    def backward(self, grad_output: Array) -> Array:
        for index in np.ndindex(grad_output.shape[:-1]):
            self.gradients["W"] += np.outer(self._x[index], grad_output[index])
            self.gradients["b"] += grad_output[index]
        return np.matmul(grad_output, np.transpose(self.parameters["W"]))


def main() -> None:
    print(neuron(np.array([1.0, 2.0]), np.array([3.0, -1.0]), -0.5))


if __name__ == "__main__":
    main()
