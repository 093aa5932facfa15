
from framework.hookspecs import hookimpl
from framework.providers.registry import Implementation

@hookimpl
def register_implementations():
    return [Implementation("optimizer", "frozen", "week3", __file__ + ":Frozen")]

class Frozen:
    def __init__(self, learning_rate):
        pass

    def step(self, parameters, gradients):
        pass
