"""Everything that one worker may see."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class World:
    """Everything that one worker may see: all else does not exist for it.

    Attributes:
        read_only: absolute paths of files and folders. A symbolic link is recreated as a link, so
            that what it points to has to be listed as well.
        scratch: the one folder that the worker may write to, empty at its start.
        devices: device files it may use, as those of a GPU.
        namespaced: the sandbox's own program has built this world already, namespaces included.
    """

    read_only: tuple[str, ...]
    scratch: str
    devices: tuple[str, ...] = ()
    namespaced: bool = False

    def to_json(self) -> str:
        """One line of JSON, for the worker's command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> World:
        """The inverse of `to_json`."""
        data = json.loads(text)
        data["read_only"], data["devices"] = tuple(data["read_only"]), tuple(data["devices"])
        return cls(**data)
