"""The documentation, and what draws its figures."""
