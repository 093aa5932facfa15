"""Backward step by step through σ², μ and the difference, with sums over the last axis."""

import numpy as np

from framework.interfaces import Model


class LayerNorm(Model):
    def __init__(self, features, epsilon=1e-5):
        super().__init__()
        if features < 1 or not epsilon > 0:
            raise ValueError("settings")
        self.C, self.epsilon = features, epsilon
        self.add_parameter("gamma", np.ones(features))
        self.add_parameter("beta", np.zeros(features))

    def forward(self, x):
        if x.shape[-1:] != (self.C,):
            raise ValueError("features")
        self.centred = x - np.sum(x, axis=-1, keepdims=True) / self.C
        variance = np.sum(np.square(self.centred), axis=-1, keepdims=True) / self.C
        self.std = (variance + self.epsilon) ** 0.5
        return self.centred / self.std * self.parameters["gamma"] + self.parameters["beta"]

    def backward(self, grad_output):
        rows = grad_output.reshape(-1, self.C)
        self.gradients["gamma"] += np.sum(rows * (self.centred / self.std).reshape(-1, self.C), 0)
        self.gradients["beta"] += np.sum(rows, 0)
        grad_x_hat = grad_output * self.parameters["gamma"]
        products = np.sum(grad_x_hat * self.centred, axis=-1, keepdims=True)
        grad_variance = products * -0.5 / self.std**3
        grad_centred = grad_x_hat / self.std + grad_variance * 2 * self.centred / self.C
        return grad_centred - np.mean(grad_centred, axis=-1, keepdims=True)


class RMSNorm(Model):
    def __init__(self, features, epsilon=1e-5):
        super().__init__()
        if features < 1 or not epsilon > 0:
            raise ValueError("settings")
        self.C, self.epsilon = features, epsilon
        self.add_parameter("gamma", np.ones(features))

    def forward(self, x):
        if x.shape[-1:] != (self.C,):
            raise ValueError("features")
        self.x = x.copy()
        square = np.einsum("...c,...c->...", x, x)[..., None] / self.C
        self.rms = np.sqrt(square + self.epsilon)
        return self.x / self.rms * self.parameters["gamma"]

    def backward(self, grad_output):
        rows = (grad_output * self.x / self.rms).reshape(-1, self.C)
        self.gradients["gamma"] += rows.sum(0)
        grad = grad_output * self.parameters["gamma"]
        products = np.sum(grad * self.x, axis=-1, keepdims=True)
        return grad / self.rms - self.x * products / (self.C * self.rms**3)
