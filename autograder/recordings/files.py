"""Files of recordings: compact, checked before use, and bound to one version of a course.

A file holds the recording of one exercise: ``GRADUS-RECORDING 1`` and a line end, then an xz stream
of frames (see `autograder.isolation.wire`), each with its length before it. The first frame is the
header, the others are tapes. A number that a check draws, sends and receives is stored once: xz
finds what repeats. Nothing is ever unpickled.
"""

from __future__ import annotations

import lzma
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.isolation import wire
from autograder.isolation.host.requests import Outcome
from autograder.recordings.tape import (
    Draw,
    Exchange,
    RightAnswer,
    Tape,
    outcome_fields,
    outcome_from,
)
from framework.errors import BadInputError

MAGIC = b"GRADUS-RECORDING 1\n"
#: Maximum size of what a file holds, in bytes.
MAX_BYTES = 256 << 20
_LENGTH = struct.Struct("!I")


@dataclass(frozen=True)
class Header:
    """What a recording belongs to.

    Attributes:
        course: hash of the full course, see `autograder.course.identity`.
        checks: SHA-256 of the file of the public checks.
        seed: of the random numbers of the checks.
    """

    exercise: str
    course: str
    checks: str
    seed: int


@dataclass(frozen=True)
class Recording:
    """The recording of one exercise: check id -> tape."""

    header: Header
    tapes: dict[str, Tape]


def write_recording(file: Path, recording: Recording) -> None:
    """Write `recording` to `file`."""
    frames = [wire.encode(asdict(recording.header))]
    frames += [wire.encode([name, *_fields(tape)]) for name, tape in recording.tapes.items()]
    joined = b"".join(_LENGTH.pack(len(frame)) + frame for frame in frames)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(MAGIC + lzma.compress(joined, preset=9))


def read_recording(file: Path) -> Recording:
    """Return the recording in `file`.

    Raises:
        BadInputError: it is missing, damaged, or of another format.
    """
    try:
        first, *others = _frames(content(file))
        tapes = {name: _tape(fields) for name, *fields in map(wire.decode_frame, others)}
        return Recording(Header(**wire.decode_frame(first)), tapes)
    except (wire.WireError, struct.error, TypeError, ValueError, AttributeError) as error:
        raise _unusable(file, f"it is malformed ({error})") from None


def content(file: Path) -> bytes:
    """Return what the recording in `file` holds, decompressed.

    Raises:
        BadInputError: it is missing, damaged, or of another format.
    """
    try:
        data = file.read_bytes()
        if not data.startswith(MAGIC):
            raise _unusable(file, "this version of gradus knows no such format")
        return _decompressed(data[len(MAGIC) :])
    except OSError as error:
        raise _unusable(file, f"it cannot be read: {error.strerror}") from None
    except (lzma.LZMAError, EOFError) as error:
        raise _unusable(file, f"it is damaged ({error})") from None


def _unusable(file: Path, why: str) -> BadInputError:
    return BadInputError(
        f"{file} is no recording that can be used: {why}. `gradus kit update KIT` with a new kit "
        "of the course replaces it"
    )


def _decompressed(data: bytes) -> bytes:
    reader = lzma.LZMADecompressor()
    found = reader.decompress(data, max_length=MAX_BYTES)
    if not reader.eof:
        raise EOFError("too large, or its end is missing")
    return found


def _frames(data: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(data):
        (length,) = _LENGTH.unpack_from(data, position)
        position += _LENGTH.size + length
        yield data[position - length : position]


def _fields(tape: Tape) -> list[Any]:
    return [
        [[draw.method, draw.value] for draw in tape.draws],
        [[one.steps, _outcomes(one.outcomes), one.drawn] for one in tape.exchanges],
        [[one.steps, _outcomes(one.outcomes), one.raised, one.message] for one in tape.answers],
        tape.mistakes,
    ]


def _outcomes(outcomes: list[Outcome]) -> list[list[Any]]:
    return list(map(outcome_fields, outcomes))


def _tape(fields: list[Any]) -> Tape:
    draws, exchanges, answers, mistakes = fields
    return Tape(
        [Draw(*draw) for draw in draws],
        [Exchange(steps, _read(found), drawn) for steps, found, drawn in exchanges],
        [RightAnswer(steps, _read(found), *error) for steps, found, *error in answers],
        mistakes,
    )


def _read(outcomes: list[list[Any]]) -> list[Outcome]:
    return list(map(outcome_from, outcomes))
