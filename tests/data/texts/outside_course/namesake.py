"""A layer called LSTM."""

from framework.interfaces import Model


class LSTM(Model):
    """y = 2x."""

    def forward(self, x):
        """y."""
        # BEGIN SOLUTION
        return 2 * x
        # END SOLUTION

    def backward(self, grad_output):
        """∂J/∂x."""
        # BEGIN SOLUTION
        return 2 * grad_output
        # END SOLUTION
