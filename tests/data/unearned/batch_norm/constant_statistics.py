"""Sends no gradient through mean and variance, and averages all batches alike."""

import numpy as np
import right_answer


class BatchNorm1d(right_answer.BatchNorm1d):
    batches = 0

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        mean, variance = rows.mean(axis=0), rows.var(axis=0)
        self.batches += 1
        self.running_mean = self.running_mean + (mean - self.running_mean) / self.batches
        change = (variance - self.running_variance) / self.batches
        self.running_variance = self.running_variance + change
        self.size = np.sqrt(variance + 1e-5)
        return (x - mean) / self.size

    def backward(self, grad):
        return grad / self.size
