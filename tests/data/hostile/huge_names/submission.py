from framework.interfaces import Model


class Layer(Model):
    def __init__(self, inputs, outputs, *, rng):
        super().__init__()
        for number in range(2000):
            self.add_parameter("W" * 500 + str(number), rng.normal(size=(1, 1)))


def attacked(x):
    return {"k" * 100_000: "v" * 100_000, "m" * 100_000: ["n" * 100_000]}
