"""Checks of gradients: against differences, the reference's, of a first batch, and many in time."""
