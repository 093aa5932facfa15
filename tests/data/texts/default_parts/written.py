
from framework.interfaces import Model

class Shift(Model):
    def __init__(self, size):
        super().__init__()

    def forward(self, x):
        return "the student's"

    def backward(self, grad):
        return grad
