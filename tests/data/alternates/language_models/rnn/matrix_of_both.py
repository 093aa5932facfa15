"""One matrix for inputs, states and bias; a dataclass for each step."""

from dataclasses import dataclass

import numpy as np

from framework.interfaces import Model


class RNNStep(Model):
    def forward(self, from_input, h, W_h):
        stacked = np.vstack([np.eye(len(W_h), dtype=W_h.dtype), W_h])
        return np.tanh(np.hstack([from_input, h]) @ stacked)

    def backward(self, grad_h, h, W_h):
        back = (grad_h * (1 - h * h)) @ np.hstack([np.eye(len(W_h), dtype=W_h.dtype), W_h.T])
        return np.split(back, 2, axis=1)


@dataclass
class _Step:
    inputs: np.ndarray
    after: np.ndarray
    word: np.ndarray


class RNN(Model):
    def __init__(self, input_size, hidden_size, *, truncation=None, rng):
        super().__init__()
        if truncation is not None and truncation <= 0:
            raise ValueError(f"truncation {truncation}")
        self.D, self.H, self.truncation = input_size, hidden_size, truncation
        for name, size in {"W_x": input_size, "W_h": hidden_size}.items():
            self.add_parameter(name, rng.normal(scale=size**-0.5, size=(size, hidden_size)))
        self.add_parameter("b", np.zeros(hidden_size))

    def initial_state(self, batch_size):
        return np.zeros((batch_size, self.H), self.parameters["b"].dtype)

    def _matrix(self):
        p = self.parameters
        return np.vstack([p["W_x"], p["W_h"], p["b"]])

    def forward(self, x, h_0=None, mask=None):
        N, T, D = x.shape
        if D != self.D:
            raise ValueError(f"{D} features instead of {self.D}")
        M, h = self._matrix(), self.initial_state(N) if h_0 is None else h_0.copy()
        self.steps, states = [], np.empty((N, T, self.H), M.dtype)
        ones = np.ones((N, 1), M.dtype)
        for t in range(T):
            word = np.ones((N, 1), bool) if mask is None else mask[:, t, None].astype(bool)
            inputs = np.concatenate([x[:, t], h, ones], axis=1)
            h = np.where(word, np.tanh(inputs @ M), h)
            self.steps.append(_Step(inputs, h, word))
            states[:, t] = h
        self.state = h
        return states

    def backward(self, grad_h):
        M, D = self._matrix(), self.D
        grad_M, grad_x = np.zeros_like(M), []
        grad = np.zeros_like(grad_h[:, 0])
        for t in range(len(self.steps) - 1, -1, -1):
            step = self.steps[t]
            grad = grad + grad_h[:, t]
            a = grad * (1 - step.after**2) * step.word
            grad_M += step.inputs.T @ a
            back = a @ M.T
            grad_x.append(back[:, :D])
            grad = np.where(step.word, back[:, D:-1], grad)
            if self.truncation is not None and t > 0 and t % self.truncation == 0:
                grad = 0 * grad
        self.gradients["W_x"] += grad_M[:D]
        self.gradients["W_h"] += grad_M[D:-1]
        self.gradients["b"] += grad_M[-1]
        return np.stack(grad_x[::-1], axis=1), grad
