"""Takes the steps of SGD in place of those of RMSProp."""

import right_answer


class RMSProp(right_answer.RMSProp):
    def step(self, parameters, gradients):
        for name, gradient in gradients.items():
            parameters[name] -= 0.018 * gradient
