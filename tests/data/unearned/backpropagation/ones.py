"""Both forms say 1 for every node: they agree, and are wrong."""

import numpy as np
import right_answer


class WindowScorer(right_answer.WindowScorer):
    def deltas(self, x):
        inputs, hidden = self.parameters["W"].shape
        return np.ones(inputs), np.ones(hidden), 1.0

    def forward(self, x):
        self.x = x
        return x.sum(axis=1)

    def backward(self, grad_s):
        self.gradients["b"] += 1.0
        self.gradients["W"] += np.outer(self.x[0], np.ones(self.gradients["b"].size))
        return np.ones(self.x.shape)
