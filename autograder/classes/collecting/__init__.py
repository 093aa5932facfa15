"""Collects the attempts of all students of one assignment, and decides which of them count."""
