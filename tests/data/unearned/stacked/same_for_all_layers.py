"""Gives every parameter of every layer the same gradient."""

import right_answer


class Stacked(right_answer.Stacked):
    def backward(self, grad):
        for gradient in self.gradients.values():
            gradient += 1.0
        return grad, None
