"""How much of the machine one worker may use."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

MEBIBYTE = 1 << 20
GIBIBYTE = 1 << 30


@dataclass(frozen=True)
class Limits:
    """How much of the machine one worker may use; it may never start a process.

    Attributes:
        memory: bytes of private memory.
        addresses: bytes of addresses, of memory that is only read too: each two megabytes of them
            may take a page of page tables, which no other limit counts.
        threads: threads beside the main one.
        open_files: open descriptors, pipes included.
        file_size: bytes of one file.
        scratch: bytes of all files of the scratch folder together.
        cpu_seconds: processor time of the whole worker, a backstop behind the deadlines.
    """

    memory: int = 2 * GIBIBYTE
    addresses: int = 64 * GIBIBYTE
    threads: int = 64
    open_files: int = 64
    file_size: int = 16 * MEBIBYTE
    scratch: int = 64 * MEBIBYTE
    cpu_seconds: int = 900

    def to_json(self) -> str:
        """Return one line of JSON, for the worker's command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Limits:
        """Read what `to_json` has written."""
        return cls(**json.loads(text))
