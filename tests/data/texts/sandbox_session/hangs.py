
    class Layer:
        def __init__(self, hangs):
            self.hangs = hangs

        def forward(self, x):
            while self.hangs or x > 1:
                pass
            return x

        def backward(self, g):
            return g

    def leave():
        import os
        os._exit(0)
