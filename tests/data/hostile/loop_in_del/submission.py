from framework.interfaces import Model


class Leftover:
    def __del__(self):
        while True:
            pass


def attacked(x):
    Leftover()
    return x


class Layer(Model):
    def __init__(self, inputs, outputs, *, rng):
        super().__init__()
        self.leftover = Leftover()
        self.add_parameter("W", rng.normal(size=(inputs, outputs)))

    def forward(self, x):
        self.x = x
        return x @ self.parameters["W"]

    def backward(self, grad_output):
        self.gradients["W"] += self.x.T @ grad_output
        return grad_output @ self.parameters["W"].T
