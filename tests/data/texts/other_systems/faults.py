

_Right = Tanh


class Tanh(_Right):
    def forward(self, x):
        while True:
            pass


class Sigmoid(Sigmoid):
    def forward(self, x):
        import os

        os._exit(3)


class ReLU(ReLU):
    def backward(self, grad_output):
        self.large = np.ones(3 << 28)
        return super().backward(grad_output)


class SoftSign(SoftSign):
    def forward(self, x):
        return super().forward(x) + missing
