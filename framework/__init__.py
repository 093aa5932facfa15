"""Interfaces, hooks, registry, training and data: everything that computes plugs in here."""

import sys

#: What gradus is called where it is installed from: another project owns the name ``gradus`` there.
DISTRIBUTION = "gradus-nlp"

__version__ = "0.1.0"


def version_line(program: str) -> str:
    """Return what ``--version`` of `program` shows."""
    return f"{program} {__version__} (Python {sys.version.partition(' ')[0]})"
