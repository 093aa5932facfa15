"""Never learns its hidden layer: a random one says enough for the layer above."""

import right_answer


class WindowClassifier(right_answer.WindowClassifier):
    def backward(self, *grads):
        held = {name: value.copy() for name, value in self.gradients.items()}
        super().backward(*grads)
        for name, value in held.items():
            if name.startswith("hidden"):
                self.gradients[name][...] = value
