"""How many threads the libraries of linear algebra use, which read it when they are loaded."""

from __future__ import annotations

import os

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def pin_threads(count: int = 1) -> None:
    """Use `count` threads unless the environment says otherwise; call it before NumPy is imported.

    More threads than processors only wait for each other, and make times incomparable.
    """
    for variable in VARIABLES:
        os.environ.setdefault(variable, str(count))


def threads_in_words() -> str:
    """Return how many threads the environment allows: ``1 thread``, or the variables."""
    limits = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    if limits.keys() == set(VARIABLES) and set(limits.values()) == {"1"}:
        return "1 thread"
    said = ", ".join(f"{name}={value}" for name, value in limits.items())
    return f"threads as in {said}" if said else "threads not limited"
