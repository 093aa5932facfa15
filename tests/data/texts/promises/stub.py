
"""Squash numbers."""

def squash(x, *, scale=1.0):
    """Return tanh(x), a new array of
    the same shape.

    Args:
        x: any shape.
            It is not modified.
        scale: positive.

    Returns: numbers
        below 1.
    Raises:
        ValueError: `scale` is not positive.

    It is odd.
    """
