"""One file for each result, in a folder that all machines share.

A file appears at once and is never changed. Two results for the same job, as after a shard that a
cluster has started twice, are two files: the store keeps the first and compares the second.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.classes.collecting.private_files import private_folder, write_private
from autograder.classes.running.job import result_from
from autograder.classes.sharding.plan import folder_of, name_of
from autograder.classes.store.results import Result
from autograder.classes.store.tables import Key

SCHEMA = "gradus-shard-result/1"
#: Maximum size of a file, in bytes: reports are bounded.
MAX_SIZE = 64 << 20


class ResultFiles:
    """The results of a run in shards.

    Args:
        collection: the folder of the collection.
        run: number of the run.
    """

    def __init__(self, collection: Path, run: int) -> None:
        self.folder = folder_of(collection) / f"run-{run}"

    def add(self, key: Key, result: Result) -> None:
        """Write a result."""
        self._write(key, {"result": asdict(result)})

    def add_fault(self, key: Key, fault: str) -> None:
        """Write that a job was not graded, and why."""
        self._write(key, {"fault": fault})

    def _write(self, key: Key, content: dict[str, Any]) -> None:
        table = {"schema": SCHEMA, "job": name_of(key), **content}
        folder = private_folder(self.folder)
        file = folder / f"{name_of(key)}-{secrets.token_hex(4)}.json"
        write_private(file, json.dumps(table).encode())

    def graded(self) -> set[str]:
        """Return the names of the jobs that have a result."""
        return {name for name, found in self.read() if isinstance(found, Result)}

    def read(self) -> Iterator[tuple[str, Result | str]]:
        """Yield the name of a job with its result or its fault, for each file in good order."""
        for file in self.files():
            found = read_file(file)
            if found is not None:
                yield found

    def files(self) -> list[Path]:
        """Return all files, the oldest first."""
        found = self.folder.glob("*.json") if self.folder.is_dir() else iter(())
        complete = (file for file in found if not file.name.startswith("."))
        return sorted(complete, key=lambda file: (file.stat().st_mtime_ns, file.name))


def read_file(file: Path) -> tuple[str, Result | str] | None:
    """Return the name of a job, and its result or its fault; None for a damaged file."""
    try:
        if file.is_symlink() or file.stat().st_size > MAX_SIZE:
            return None
        table = json.loads(file.read_bytes())
        if table["schema"] != SCHEMA or not file.name.startswith(f"{table['job']}-"):
            return None
        if "fault" in table:
            return str(table["job"]), str(table["fault"])
        return str(table["job"]), result_from(table["result"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
