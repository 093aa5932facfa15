"""Models in float32: what a check may ask for where a submission offers it."""

from __future__ import annotations

from autograder.checks.paired_models import Twins
from autograder.isolation.host.faults import Crashed


def in_float32(pair: Twins) -> bool:
    """Convert both of `pair`; False where the submission's model cannot be converted.

    No interface asks for `astype`: subclasses of `framework.interfaces.Model` inherit one, and a
    model that is written from scratch is right without.
    """
    try:
        convert = pair.student.astype
    except Crashed as fault:
        if fault.raised != "AttributeError":
            raise
        return False
    convert("float32")
    pair.reference.astype("float32")
    return True
