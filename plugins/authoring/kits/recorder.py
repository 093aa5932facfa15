"""Records the conversation of checks with the reference, and writes the recording to a file."""

from __future__ import annotations

import lzma
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder.conversations.draws import Draw, DrawingGenerator
from autograder.conversations.recording import LENGTH, MAGIC, Recording, Tape, handles_in
from autograder.sandbox import wire
from autograder.sandbox.session.faults import NotRecorded
from autograder.sandbox.session.requests import Outcome, Step, unnumbered
from autograder.sandbox.session.session import (
    Exchange,
    ForwardingSession,
    Session,
    copied,
    request_frame,
)
from autograder.sandbox.wire import Handle, map_leaves

#: Settings of xz for arrays of numbers of 8 bytes, of which each byte is packed by its position.
FILTER = {"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 1, "lp": 3, "pb": 3}


class RecordingGenerator(DrawingGenerator):
    """Draws like `rng`, and adds every draw to `draws`."""

    def __init__(self, rng: np.random.Generator, draws: list[Draw]) -> None:
        super().__init__(rng.bit_generator)
        self._draws = draws

    def _drawn(self, name: str, value: Any) -> Any:
        stored = None
        with suppress(wire.WireError):  # texts are drawn again
            stored = wire.decode_frame(wire.encode(value))
        self._draws.append(Draw(name, stored))
        return value


class RecordingSession(ForwardingSession):
    """The conversation with the reference, which is recorded check by check."""

    is_on_record = True

    def __init__(self, inner: Session) -> None:
        super().__init__(inner)
        self.tapes: dict[str, Tape] = {}
        self._lost: set[int] = set()
        self._tape = Tape()

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        """Return a generator that records what it draws."""
        return RecordingGenerator(rng, self._tape.draws)

    def begin(self, check: str = "") -> None:
        """Start the check with the id `check`, and its tape; a second try begins it anew."""
        super().begin(check)
        self._tape = self.tapes[check] = Tape()
        self._lost.clear()
        self.unconfirmed = False

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps, and record them with their outcomes."""
        frame = request_frame(steps, unnumbered)
        if any(handle.id in self._lost for handle in handles_in(Exchange(frame).plain_steps())):
            raise NotRecorded("asks the reference about learned parameters")
        outcomes = super().run(steps)
        self._tape.exchanges.append(Exchange(frame, copied(outcomes)))
        self._tape.drawn = len(self._tape.draws)
        return outcomes

    def lose(self, handle: Handle) -> None:
        """Answer nothing about the object of `handle` from now on."""
        self._lost.add(handle.id)

    def keep_forms(self, steps: slice = slice(None)) -> None:
        """Record zeros in place of the numbers in the latest answer, which no check reads."""

        def form(leaf: Any) -> Any:
            return np.zeros_like(leaf) if isinstance(leaf, np.ndarray) else leaf

        latest = self._tape.exchanges[-1]
        outcomes = [*latest.outcomes]
        outcomes[steps] = [replace(o, value=map_leaves(form, o.value)) for o in outcomes[steps]]
        self._tape.exchanges[-1] = replace(latest, outcomes=tuple(outcomes))


def trimmed(tape: Tape) -> Tape:
    """Return `tape` without the draws on which no answer depends: they are drawn again."""
    return replace(tape, draws=tape.draws[: tape.drawn])


def write_recording(file: Path, recording: Recording) -> None:
    """Write `recording` to `file`."""
    frames = [wire.encode(asdict(recording.header))]
    for check, tape in recording.tapes.items():
        draws = [[draw.method, draw.value] for draw in tape.draws]
        numbers = len(tape.exchanges), len(tape.answers)
        frames.append(wire.encode([check, draws, *numbers, tape.mistakes, tape.drawn]))
        for exchange in (*tape.exchanges, *tape.answers):
            frames += stored(exchange)
    joined = b"".join(LENGTH.pack(len(frame)) + frame for frame in frames)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(MAGIC + lzma.compress(joined, filters=[FILTER]))


def stored(exchange: Exchange) -> tuple[bytes, bytes]:
    """Return a request and its answer as two frames; calls and callbacks are left out."""
    outcomes = [
        [o.value, o.is_method, [*o.changed], [*o.aliased], [*o.args], {**o.kwargs}]
        for o in exchange.outcomes
    ]
    answer = wire.encode([outcomes, exchange.raised, exchange.message])
    return wire.encode({"steps": exchange.plain_steps()}), answer
