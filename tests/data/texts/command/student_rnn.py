
import numpy as np
from framework.interfaces import Model

class RNN(Model):
    def __init__(self, input_size, hidden_size, *, rng):
        super().__init__()
        self.hidden_size = hidden_size
        print("a student's RNN")

    def forward(self, x, h_0=None):
        self.state = np.zeros((len(x), self.hidden_size))
        {body}

    def initial_state(self, batch_size):
        return np.zeros((batch_size, self.hidden_size))

    def backward(self, grad_h):
        return np.zeros((*grad_h.shape[:2], 4)), None
