"""Fingerprints of wrong answers, which name a listed mistake without showing it.

A kit stores no mistake in the open. The digest of the wrong answers that a mistake gives is the key
of its sentence: only answers with this mistake unlock it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.sandbox.session.requests import Get, Outcome
from autograder.sandbox.session.session import Exchange
from autograder.sandbox.wire import Handle

#: Numbers count as equal if they agree in this many digits of the largest one of their array.
DIGITS = 6


@dataclass(frozen=True)
class SealedMistake:
    """What the answers with a listed mistake unlock.

    Attributes:
        seen_in: ids of the checks in which it gives wrong answers.
    """

    id: str
    sentence: str
    hint: str
    seen_in: tuple[str, ...] = ()


def key_of(exchanges: Iterable[Exchange], *, strictly: bool = False) -> bytes:
    """Return the digest of the steps, the outcomes and the exceptions of `exchanges`.

    Args:
        strictly: whether the values of initial parameters count, not their names and shapes alone;
            right ones may be drawn in many ways.
    """
    text = hashlib.sha256()
    for exchange in exchanges:
        for step, outcome in zip(exchange.steps, exchange.outcomes, strict=False):
            is_drawn = not strictly and isinstance(step, Get) and step.name == "parameters"
            text.update("\n".join(_facts(outcome, by_form=is_drawn)).encode() + b"\n")
        text.update(f"raised {exchange.message}\n".encode())
    return text.digest()


def name_of(key: bytes) -> str:
    """Return the name under which what `key` unlocks is stored."""
    return hashlib.sha256(b"name" + key).hexdigest()[:32]


def sealed(mistake: SealedMistake, key: bytes) -> bytes:
    """Return `mistake`, enciphered with `key`."""
    fields = [mistake.id, mistake.sentence, mistake.hint, list(mistake.seen_in)]
    return _enciphered(json.dumps(fields).encode(), key)


def unsealed(data: bytes, key: bytes) -> SealedMistake | None:
    """Return what `key` unlocks; None if `data` is not of it."""
    try:
        name, sentence, hint, seen_in = json.loads(_enciphered(data, key))
    except (ValueError, TypeError):
        return None
    return SealedMistake(str(name), str(sentence), str(hint), tuple(map(str, seen_in)))


def _enciphered(data: bytes, key: bytes) -> bytes:
    stream = hashlib.shake_256(b"text" + key).digest(len(data))
    return bytes(byte ^ mask for byte, mask in zip(data, stream, strict=True))


def _facts(outcome: Outcome, *, by_form: bool) -> Iterator[str]:
    yield f"{outcome.is_method} {outcome.changed} {outcome.aliased}"
    for value in (outcome.value, outcome.args, outcome.kwargs):
        yield from _value(value, by_form)


def _value(value: Any, by_form: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key in sorted(value, key=str):
            yield str(key)
            yield from _value(value[key], by_form)
    elif isinstance(value, list | tuple):
        yield f"{len(value)} items"
        for item in value:
            yield from _value(item, by_form)
    elif isinstance(value, Handle):
        yield "object"
    elif isinstance(value, np.ndarray | float | complex):
        yield from _numbers(np.asarray(value), by_form)
    else:
        yield repr(value)


def _numbers(array: Any, by_form: bool) -> Iterator[str]:
    yield f"{array.dtype.kind} {array.shape}"
    if by_form or not array.size:
        return
    if array.dtype.kind not in "fc":
        yield repr(array.tolist())
        return
    finite = np.isfinite(array)
    largest = float(np.abs(array[finite]).max(initial=0.0))
    yield f"{largest:.{DIGITS - 1}e}"
    with np.errstate(invalid="ignore"):
        rounded = np.round(array / (largest or 1.0), DIGITS) + 0.0
    yield repr(np.where(finite, rounded, array).tolist())
