"""Numerical derivatives, and the search for the entry where a claimed gradient is wrong."""
