"""Checks that passed with answers that are known, and what they asked to get them.

Given the course and the seed, a check is a function of the answers of the submission: nothing else
of it reaches the check. So the requests of a check follow from the answers so far, and its verdict
from all of them. A state stands for a check and its answers so far: it is their digest. The
questions that a submission asks callbacks of the check are part of its answers.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from autograder.isolation import wire
from autograder.isolation.host.callbacks import Callback
from autograder.isolation.host.calls import RemoteCall
from autograder.record.findings.texts import PrintedText
from autograder.record.results import CheckResult

#: Maximum size of what is known of one check, and of all checks of a process, in bytes.
MAX_CHECK, MAX_BYTES = 8 << 20, 64 << 20
#: What each entry takes in addition to its request.
_OVERHEAD = 2 << 10


@dataclass(frozen=True)
class Asked:
    """What a check asks next.

    Attributes:
        request: its encoded steps.
        texts, made, called: the steps in words, as `CallLog` has them.
        after_answer: whether the answer before it was no error.
        callbacks: that the request passes, in their initial state.
    """

    request: wire.Packed
    texts: tuple[str, ...]
    made: tuple[RemoteCall, ...]
    called: tuple[RemoteCall, ...]
    after_answer: bool
    callbacks: dict[int, Callback] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes that it takes, near enough."""
        held = len(self.request.structure) + len(self.request.blobs)
        held += sum(map(_size_of_callback, self.callbacks.values()))
        return held + 24 * len(self.texts) + _OVERHEAD


def _size_of_callback(callback: Callback) -> int:
    target = callback.target
    cells = getattr(target, "__closure__", None) or ()
    held = [*getattr(target, "__dict__", {}).values(), *(cell.cell_contents for cell in cells)]
    return _OVERHEAD + sum(getattr(one, "nbytes", 0) for one in held)


@dataclass(frozen=True)
class Answered:
    """What a callback of the check answers to a question of the submission.

    Attributes:
        frame: the answer, as it is sent.
    """

    frame: bytes

    @property
    def size(self) -> int:
        """Bytes that it takes, near enough."""
        return len(self.frame) + _OVERHEAD // 8


@dataclass(frozen=True)
class Passed:
    """A check that passed.

    Attributes:
        result: without what the submission printed.
        parts: of other exercises that the answers were made with.
    """

    result: CheckResult
    parts: frozenset[str]
    after_answer: bool

    @property
    def size(self) -> int:
        """Bytes that it takes, near enough."""
        return _OVERHEAD * (1 + len(self.result.findings))


@dataclass
class Way:
    """What a check has asked and received so far.

    Attributes:
        asked: requests, and answers of callbacks, each with the state before it.
        state: after all of them.
        parts: of other exercises that the answers were made with.
        answered: whether the last answer was no error.
        size: bytes of `asked`, with what was too much to be kept.
    """

    state: bytes
    asked: list[tuple[bytes, Asked | Answered]] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    answered: bool = True
    size: int = 0

    def add(self, state: bytes, asked: Asked | Answered) -> None:
        """Add what followed `state`; nothing is kept where that grows too large."""
        self.size += asked.size
        if self.is_too_large:
            self.asked.clear()
        else:
            self.asked.append((state, asked))

    @property
    def is_too_large(self) -> bool:
        """Whether it is not worth to be remembered."""
        return self.size > MAX_CHECK


@dataclass
class KnownAnswers:
    """What is known of the checks of one setting; what was used last is kept."""

    size: int = 0
    _entries: OrderedDict[bytes, Asked | Answered | Passed] = field(default_factory=OrderedDict)

    def find(self, state: bytes) -> Asked | Answered | Passed | None:
        """Return what follows from the answers that `state` stands for; None if it is unknown."""
        if state in self._entries:
            self._entries.move_to_end(state)
        return self._entries.get(state)

    def add(self, way: Way, result: CheckResult) -> None:
        """Remember that the check with this `result` passed."""
        if way.is_too_large:
            return
        for state, asked in way.asked:
            self._put(state, asked)
        own = tuple(one for one in result.findings if not isinstance(one, PrintedText))
        passed = Passed(replace(result, findings=own), frozenset(way.parts), way.answered)
        self._put(way.state, passed)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self.size = 0

    def _put(self, state: bytes, entry: Asked | Answered | Passed) -> None:
        if state in self._entries:
            return
        self._entries[state] = entry
        self.size += entry.size
        while self.size > MAX_BYTES:
            self.size -= self._entries.popitem(last=False)[1].size


def first_state(exercise: str, check: str) -> bytes:
    """Return the state of a check without answers."""
    return hashlib.blake2b(f"{exercise}\0{check}".encode(), digest_size=32).digest()


def state_after(state: bytes, number: int, reply: bytes | bytearray) -> bytes | None:
    """Return the state after a reply to request `number`, or a question; None if it is neither."""
    entries = 4 if reply[wire.HEADER.size : wire.HEADER.size + 1] == b"\x84" else 2
    beginning = wire.beginning_of_dict(entries, "id", number)
    start = wire.HEADER.size + len(beginning)
    if not reply.startswith(beginning, wire.HEADER.size):
        return None
    digest = hashlib.blake2b(state, digest_size=32)
    digest.update(reply[: wire.HEADER.size])
    digest.update(memoryview(reply)[start:])
    return digest.digest()
