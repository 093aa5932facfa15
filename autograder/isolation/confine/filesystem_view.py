"""Everything that one worker may see."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class FilesystemView:
    """Everything that one worker may see: all else does not exist for it.

    Attributes:
        read_only: absolute paths of files and folders. A symbolic link is recreated as a link, so
            that what it points to has to be listed as well.
        scratch: the one folder that the worker may write to, empty at its start.
        hidden: folders inside of `read_only` that are empty for it, but for what `read_only`
            lists inside of them in turn.
        devices: device files it may use, as those of a GPU.
        namespaced: the sandbox's own program has built this view already, namespaces included.
    """

    read_only: tuple[str, ...]
    scratch: str
    hidden: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    namespaced: bool = False

    def to_json(self) -> str:
        """Return one line of JSON, for the worker's command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> FilesystemView:
        """Read what `to_json` has written."""
        data: dict[str, Any] = json.loads(text)
        lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
        return cls(**{**data, **lists})
