"""Pieces of sentences about what is wrong."""

from __future__ import annotations

from autograder.diagnosis.evidence import Evidence


def subject(evidence: Evidence) -> str:
    """What is wrong, as the start of a sentence, with its verb."""
    names = evidence.names
    several = len({pair.name for pair in evidence.wrong}) > 1
    return f"{names[0].upper()}{names[1:]} {'are' if several else 'is'}"
