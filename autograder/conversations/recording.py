"""Recordings of what checks draw, ask the reference and receive, in kits without solutions.

A file holds the recording of one exercise: ``GRADUS-RECORDING 1`` and a line end, then an xz stream
of frames (see `autograder.sandbox.wire`), each with its length before it. The first frame is the
header. Each tape is a frame with all but its exchanges, then two frames for each exchange: the
request and the answer. A number that a check draws, sends and receives is stored once: xz finds
what repeats. Nothing is ever unpickled.
"""

from __future__ import annotations

import lzma
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.conversations.draws import Draw
from autograder.sandbox import wire
from autograder.sandbox.session.requests import Outcome
from autograder.sandbox.session.session import Exchange
from autograder.sandbox.wire import Handle, leaves
from framework.errors import BadInputError

MAGIC = b"GRADUS-RECORDING 1\n"
#: Maximum size of what a file holds, in bytes.
MAX_BYTES = 256 << 20
LENGTH = struct.Struct("!I")


@dataclass
class Tape:
    """What is recorded of one check, in order.

    Attributes:
        draws: of random numbers.
        exchanges: with the reference.
        answers: the requests to the code under test, and what a right submission answers.
        mistakes: digest of wrong answers -> the listed mistakes that give them, enciphered.
        drawn: number of draws before the last exchange: no answer depends on later ones.
    """

    draws: list[Draw] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    answers: list[Exchange] = field(default_factory=list)
    mistakes: dict[str, list[bytes]] = field(default_factory=dict)
    drawn: int = 0


def handles_in(value: Any) -> Iterator[Handle]:
    """Yield the handles in a plain value."""
    return (leaf for _, leaf in leaves(value) if isinstance(leaf, Handle))


@dataclass(frozen=True)
class Header:
    """What a recording belongs to."""

    exercise: str
    course: str  # hash of the full course
    checks: str  # SHA-256 of the file of the public checks
    seed: int


@dataclass(frozen=True)
class Recording:
    """The recording of one exercise: check id -> tape."""

    header: Header
    tapes: dict[str, Tape]


def read_recording(file: Path) -> Recording:
    """Return the recording in `file`.

    Raises:
        BadInputError: it is missing, damaged, or of another format.
    """
    try:
        frames = _frames(content(file))
        header = Header(**wire.decode_frame(next(frames, b"")))
        return Recording(header, dict(_tapes(frames)))
    except (wire.WireError, struct.error, TypeError, ValueError, AttributeError) as error:
        raise _unusable(file, f"it is malformed ({error})") from None


def _tapes(frames: Iterator[bytes]) -> Iterator[tuple[str, Tape]]:
    """Yield each check's id and tape, from the frames after the header."""
    for first in frames:
        check, draws, exchanges, answers, mistakes, drawn = wire.decode_frame(first)
        read = [
            read_exchange(next(frames, b""), next(frames, b"")) for _ in range(exchanges + answers)
        ]
        drawn_values = [Draw(*draw) for draw in draws]
        yield check, Tape(drawn_values, read[:exchanges], read[exchanges:], mistakes, drawn)


def read_exchange(request: bytes, answer: bytes) -> Exchange:
    """Return the exchange that was stored as two frames; raises an error if they are malformed."""
    outcomes, raised, message = wire.decode_frame(answer)
    read = (
        Outcome(value, is_method, tuple(changed), tuple(aliased), tuple(args), kwargs)
        for value, is_method, changed, aliased, args, kwargs in outcomes
    )
    return Exchange(request, tuple(read), raised, message)


def content(file: Path) -> bytes:
    """Return what the recording in `file` holds, decompressed.

    Raises:
        BadInputError: it is missing, damaged, or of another format.
    """
    try:
        data = file.read_bytes()
        if not data.startswith(MAGIC):
            raise _unusable(file, "this version of gradus knows no such format")
        reader = lzma.LZMADecompressor()
        unpacked = reader.decompress(data[len(MAGIC) :], max_length=MAX_BYTES)
        if not reader.eof:
            raise EOFError("too large, or its end is missing")
        return unpacked
    except OSError as error:
        raise _unusable(file, f"it cannot be read: {error.strerror}") from None
    except (lzma.LZMAError, EOFError) as error:
        raise _unusable(file, f"it is damaged ({error})") from None


def _unusable(file: Path, why: str) -> BadInputError:
    return BadInputError(
        f"{file} is no recording that can be used: {why}. `gradus kit update KIT` with a new kit "
        "of the course replaces it"
    )


def _frames(data: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(data):
        (length,) = LENGTH.unpack_from(data, position)
        position += LENGTH.size + length
        yield data[position - length : position]
