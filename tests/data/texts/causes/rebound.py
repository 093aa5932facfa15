
EPSILON = 1e-8
SCALE = 2.0

class RNN:
    def forward(self, x):
        return max(x) + EPSILON + SCALE

{}
