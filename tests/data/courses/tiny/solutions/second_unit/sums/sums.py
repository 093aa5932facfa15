"""Sums."""


def total(values):
    """Return the sum."""
    # BEGIN SOLUTION
    return sum(values)
    # END SOLUTION
