"""Each step is a private object that knows its backward; states come as lists."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Model

print("LSTM")


class LSTMStep(Model):
    def forward(self, from_input, h, c, W_h):
        i, f, o, g = np.split(from_input + h @ W_h, 4, axis=-1)
        i, f, o, g = _sigmoid(i), _sigmoid(f), _sigmoid(o), np.tanh(g)
        new_c = i * g + f * c
        return np.tanh(new_c) * o, new_c, np.hstack([i, f, o, g])

    def backward(self, grad_h, grad_c, c, c_next, gates, W_h):
        i, f, o, g = np.hsplit(gates, 4)
        tanh_c = np.tanh(c_next)
        dc = grad_c + grad_h * o - grad_h * o * tanh_c * tanh_c
        da = np.hstack([dc * g, dc * c, grad_h * tanh_c, dc * i])
        da = da * np.hstack([i - i * i, f - f * f, o - o * o, 1 - g * g])
        return [da, da @ W_h.T, dc * f]


def _sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2


class _Step:
    def __init__(self, layer, x, h, c, word):
        H = layer.hidden_size
        self.layer, self.x, self.h, self.c, self.word = layer, x, h, c, word
        a = x @ layer.parameters["W_x"] + h @ layer.parameters["W_h"] + layer.parameters["b"]
        self.i, self.f, self.o = (_sigmoid(a[:, k * H : (k + 1) * H]) for k in range(3))
        self.g = np.tanh(a[:, 3 * H :])
        self.new_c = self.f * c + self.i * self.g
        self.tanh_c = np.tanh(self.new_c)

    def after(self):
        return np.where(self.word, self.o * self.tanh_c, self.h), np.where(
            self.word, self.new_c, self.c
        )

    def back(self, dh, dc):
        through_h, through_c = np.where(self.word, dh, 0), np.where(self.word, dc, 0)
        through_c = through_c + through_h * self.o * (1 - self.tanh_c * self.tanh_c)
        da = np.hstack(
            [
                through_c * self.g * self.i * (1 - self.i),
                through_c * self.c * self.f * (1 - self.f),
                through_h * self.tanh_c * self.o * (1 - self.o),
                through_c * self.i * (1 - self.g * self.g),
            ]
        )
        gradients, parameters = self.layer.gradients, self.layer.parameters
        gradients["W_x"] += self.x.T @ da
        gradients["W_h"] += self.h.T @ da
        gradients["b"] += da.sum(axis=0)
        around = [np.where(self.word, 0, d) for d in (dh, dc)]
        h_before = da @ parameters["W_h"].T + around[0]
        return da @ parameters["W_x"].T, h_before, through_c * self.f + around[1]


class LSTM(Model):
    def __init__(self, input_size, hidden_size, *, forget_bias=1.0, rng):
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size = D, H
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, 4 * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, 4 * H)))
        self.add_parameter("b", np.zeros(4 * H))
        self.parameters["b"][H : 2 * H] = forget_bias

    def initial_state(self, batch_size):
        zeros = np.zeros((2, batch_size, self.hidden_size), self.parameters["b"].dtype)
        return [zeros[0], zeros[1]]

    def forward(self, x, state=None, mask=None):
        if x.shape[-1] != self.input_size:
            raise ValueError("wrong number of features")
        h, c = (np.array(s) for s in (state or self.initial_state(len(x))))
        self.steps, result = [], np.empty((*x.shape[:2], self.hidden_size), h.dtype)
        for t in range(x.shape[1]):
            word = True if mask is None else np.array(mask[:, t])[:, None]
            self.steps.append(_Step(self, np.array(x[:, t]), h, c, word))
            h, c = self.steps[-1].after()
            result[:, t] = h
        self.state = [h, c]
        return result

    def backward(self, grad_h):
        dh = dc = np.zeros_like(grad_h[:, 0])
        grad_x = []
        for t, step in reversed(list(enumerate(self.steps))):
            dx, dh, dc = step.back(dh + grad_h[:, t], dc)
            grad_x.append(dx)
        return [np.stack(grad_x[::-1], axis=1), [dh, dc]]


if __name__ == "__main__":
    LSTM(2, 3, rng=np.random.default_rng(0)).forward(np.ones((1, 4, 2)))
