"""Interfaces, hooks, registry, training and data: everything that computes plugs in here."""

#: What gradus is called where it is installed from: another project owns the name ``gradus`` there.
DISTRIBUTION = "gradus-nlp"

__version__ = "0.1.0"
