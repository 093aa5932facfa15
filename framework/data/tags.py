"""Named entities as tags, one per word: B-PER starts a person, I-PER continues it, O is outside.

There are two variants, and both are supported. IOB2 marks every first word with B; IOB1, in which
CoNLL-2003 was published, does so only where the entity before has the same type and ends there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from framework.errors import BadInputError

OUTSIDE = "O"


class Entity(NamedTuple):
    """The words ``start`` to ``end − 1`` of a sentence."""

    start: int
    end: int
    type: str


def entities(tags: Sequence[str]) -> list[Entity]:
    """Return the entities that `tags: (T,)` mark, in order.

    An entity begins at every B, and at an I after an outside word or after another type.

    Raises:
        BadInputError: a tag is neither ``O`` nor ``B-TYPE`` nor ``I-TYPE``.

    Source: Tjong Kim Sang and De Meulder, "Introduction to the CoNLL-2003 Shared Task" (2003).
    """
    spans: list[Entity] = []
    for t, tag in enumerate(tags):
        mark, kind = _parts(tag)
        if not kind:
            continue
        if mark == "I" and spans and spans[-1].end == t and spans[-1].type == kind:
            spans[-1] = spans[-1]._replace(end=t + 1)
        else:
            spans.append(Entity(t, t + 1, kind))
    return spans


def as_iob2(tags: Sequence[str]) -> list[str]:
    """Return the same entities with a B at the first word of each.

    Raises:
        BadInputError: see `entities`.
    """
    marked = [OUTSIDE] * len(tags)
    for start, end, kind in entities(tags):
        marked[start:end] = [f"B-{kind}"] + [f"I-{kind}"] * (end - start - 1)
    return marked


@lru_cache(maxsize=1024)  # few tags, each once per word
def _parts(tag: str) -> tuple[str, str]:
    """Return ``B`` or ``I`` and the type; two empty strings for an outside word."""
    if tag == OUTSIDE:
        return "", ""
    mark, dash, kind = tag.partition("-")
    if mark not in ("B", "I") or not dash or not kind:
        raise BadInputError(f"'{tag}' is no tag: a tag is O, or B- or I- and a type, as in B-PER")
    return mark, kind
