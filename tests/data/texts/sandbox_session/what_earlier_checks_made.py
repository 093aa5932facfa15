
import numpy as np

class Layer:
    def __init__(self):
        self.part = self  # a cycle: only the garbage collector ends it
        self.array = np.empty(20_000_000)

    def size(self):
        return self.array.nbytes
