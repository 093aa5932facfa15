"""Exports of learning systems: which of their files belongs to which student and attempt."""
