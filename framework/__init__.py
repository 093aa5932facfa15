"""Interfaces, hooks, registry, training and data: everything that computes plugs in here."""
