"""Never learns its cell: a random one says enough about the text for the layer above."""

import right_answer


class GatedLM(right_answer.GatedLM):
    def backward(self, *grads):
        held = {name: value.copy() for name, value in self.gradients.items()}
        super().backward(*grads)
        for name, value in held.items():
            if name.startswith("cell"):
                self.gradients[name][...] = value
