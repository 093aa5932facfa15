"""Student kits: courses without solutions, graded with recorded answers of the reference.

KIT/
├── exercises/              as in the course; the student works here
├── kit/
│   ├── manifest.json       what the kit was made from, and its files
│   ├── recordings/         EXERCISE.recording
│   ├── answers/            EXERCISE.json, the enciphered key of written questions
│   └── stubs/              EXERCISE.py (or .md), as it was handed out
├── README.md, pytest.ini
└── .vscode/settings.json
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256, shake_256
from pathlib import Path
from typing import Any

from framework.errors import BadInputError

#: The format of kits; one with a higher number needs a newer gradus.
FORMAT = 1


@dataclass(frozen=True)
class Kit:
    """A student kit.

    Attributes:
        course: hash of the course that it was made from, whose `name` and `version` may be empty.
        gradus: version of gradus that made it.
        seed: of the random numbers of its checks.
        files: path in the kit -> SHA-256, for every file but those that a student edits.
        open_checks: exercise -> its checks that need the course's grader -> their points.
        hidden_points: exercise -> points of its hidden checks, which no kit has.
        taken: exercises of bases that are exercises of the kit, as ``cs224n/rnn``.
    """

    root: Path
    course: str
    gradus: str
    seed: int = 0
    files: dict[str, str] = field(default_factory=dict)
    open_checks: dict[str, dict[str, float]] = field(default_factory=dict)
    hidden_points: dict[str, float] = field(default_factory=dict)
    name: str = ""
    version: str = ""
    taken: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name, version and hash of the course: ``radial 0.2 3f2a9c1d``."""
        return " ".join(filter(None, (self.name, self.version, self.course[:8])))

    def recording(self, exercise: str) -> Path:
        """Return the file with the recording of `exercise`."""
        return self.root / "kit" / "recordings" / f"{exercise}.recording"

    def answers(self, exercise: str) -> Path:
        """Return the file with the enciphered key of the written questions of `exercise`."""
        return self.root / "kit" / "answers" / f"{exercise}.json"

    def stub(self, exercise: str, suffix: str = ".py") -> Path:
        """Return the file of `exercise` as it was handed out; ``.md`` for written questions."""
        return self.root / "kit" / "stubs" / f"{exercise}{suffix}"


def seed_in(root: Path, given: int | None) -> int:
    """Return the seed `given`; without one that of the kit in `root`, or 0 where there is none."""
    if given is not None:
        return given
    kit = kit_of(root)
    return kit.seed if kit is not None else 0


def manifest_of(root: Path) -> Path:
    """Return the file that makes the folder `root` a kit."""
    return root / "kit" / "manifest.json"


def kit_of(root: Path) -> Kit | None:
    """Return the kit in the folder `root`; None if it is none."""
    try:
        status = manifest_of(root).stat()
    except OSError:
        return None
    return _read(root, (status.st_mtime_ns, status.st_size, status.st_ino))


@lru_cache(maxsize=16)
def _read(root: Path, version: tuple[int, ...]) -> Kit:
    """Return the kit in `root`; `version` changes with its manifest."""
    import msgspec  # kits alone need it

    file = manifest_of(root)
    try:
        table = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
        if table.get("format") != FORMAT:
            raise BadInputError(
                f"{file} has the format {table.get('format')}, and this version of gradus reads "
                f"format {FORMAT}: install the version {table.get('gradus', '')} of gradus-nlp, "
                "or get another kit"
            )
        return msgspec.convert({**table, "root": root}, Kit)
    except (OSError, ValueError) as error:
        raise BadInputError(
            f"{file} is damaged ({error}): `gradus kit update KIT` with the kit that you got "
            "replaces it"
        ) from None


def digest(file: Path) -> str:
    """Return the SHA-256 of a file; empty if it is missing."""
    return sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def enciphered(data: bytes, key: bytes) -> bytes:
    """Return `data`, enciphered with `key`; the same call deciphers it."""
    stream = shake_256(b"text" + key).digest(len(data))
    return bytes(byte ^ mask for byte, mask in zip(data, stream, strict=True))
