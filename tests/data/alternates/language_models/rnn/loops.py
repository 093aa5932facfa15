"""One text and one step at a time, weight gradients added up step by step."""

import numpy as np

from framework.interfaces import Model


class RNNStep(Model):
    def forward(self, from_input, h, W_h):
        rows = [np.tanh(W_h.T @ before + part) for before, part in zip(h, from_input, strict=True)]
        return np.array(rows)

    def backward(self, grad_h, h, W_h):
        grad_a = np.zeros_like(grad_h)
        for place in np.ndindex(*h.shape):
            grad_a[place] = grad_h[place] * (1 - h[place]) * (1 + h[place])
        return grad_a, np.array([W_h @ row for row in grad_a])


class RNN(Model):
    def __init__(self, input_size, hidden_size, *, truncation=None, rng):
        super().__init__()
        if truncation is not None and truncation < 1:
            raise ValueError("truncation must be at least 1")
        self.D, self.H, self.truncation = input_size, hidden_size, truncation
        self.add_parameter("W_x", rng.normal(size=(input_size, hidden_size)) / input_size**0.5)
        self.add_parameter("W_h", rng.normal(size=(hidden_size, hidden_size)) / hidden_size**0.5)
        self.add_parameter("b", np.zeros(hidden_size))

    def initial_state(self, batch_size):
        return np.zeros((batch_size, self.H))

    def forward(self, x, h_0=None, mask=None):
        if x.shape[2] != self.D:
            raise ValueError(f"expected {self.D} features")
        if h_0 is None:
            h_0 = np.zeros((len(x), self.H), x.dtype)
        self.x, self.texts = x, []
        self.words = np.ones(x.shape[:2], bool) if mask is None else mask.copy()
        for text, h, words in zip(x, h_0, self.words, strict=True):
            states = [h.copy()]
            for x_t, word in zip(text, words, strict=True):
                if not word:
                    states.append(states[-1])
                    continue
                a = np.concatenate([x_t, states[-1]]) @ self.stacked() + self.parameters["b"]
                states.append(np.tanh(a))
            self.texts.append(states)
        self.state = np.array([states[-1] for states in self.texts])
        return np.array([states[1:] for states in self.texts])

    def stacked(self):
        return np.vstack([self.parameters["W_x"], self.parameters["W_h"]])

    def backward(self, grad_h):
        grad_x = np.zeros_like(self.x)
        grad_h_0 = np.zeros((len(self.x), self.H), self.x.dtype)
        for n, states in enumerate(self.texts):
            later = np.zeros(self.H, self.x.dtype)
            for t in range(len(states) - 2, -1, -1):
                later = grad_h[n, t] + later
                if self.words[n, t]:
                    later = self.step_back(n, t, states, later, grad_x)
                if self.truncation and t and not t % self.truncation:
                    later = np.zeros_like(later)
            grad_h_0[n] = later
        return grad_x, grad_h_0

    def step_back(self, n, t, states, grad, grad_x):
        grad_a = grad * (1 - states[t + 1] * states[t + 1])
        self.gradients["W_x"] += np.outer(self.x[n, t], grad_a)
        self.gradients["W_h"] += np.outer(states[t], grad_a)
        self.gradients["b"] += grad_a
        grad_x[n, t] = self.parameters["W_x"] @ grad_a
        return self.parameters["W_h"] @ grad_a
