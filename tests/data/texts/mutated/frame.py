
import numpy as np


class Layer:
    size = 0  # outside of the region

    def f(self, x, y):
        """Docstrings are left alone."""
        # BEGIN SOLUTION
{}
        # END SOLUTION
