"""Recorded answers of the reference: making, storing and playing them."""
