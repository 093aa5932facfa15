
class A:
    """Doc."""

    def __init__(self, size):
        self.size = size

    def forward(self, x):
        """Doc."""
        for i in x:
            # TODO: your code here
            raise NotImplementedError

    def backward(self, g):
        raise NotImplementedError("write me")


def helper(x):
    raise NotImplementedError


def f(x):
    return helper(x)
