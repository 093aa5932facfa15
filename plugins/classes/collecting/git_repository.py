"""A student's git repository, read without a checkout: none of its code is run.

One process for each repository reads objects alone. No hook, filter or transport of the repository
runs, and nothing is fetched. Git also follows links, reads files that a configuration includes, and
waits for pipes. A student's folder could so hand in the work of another student, or stop the
command: `stands_alone` refuses these."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import weakref
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path, PurePosixPath

from framework.errors import BadInputError

#: Maximum number of entries that are checked, and bytes of a configuration file.
MAX_ENTRIES, MAX_CONFIG = 500_000, 1 << 20

#: Files that name other repositories with objects of this one.
_BORROWED = ("commondir", "objects/info/alternates")
#: The folders and the files that git reads for objects, commits and tags.
_FOLDERS, _OPTIONAL = ("objects", "refs"), ("info", "reftable")
_CONFIGS = ("config", "config.worktree")
_GIT_FILES = ("HEAD", "packed-refs", "shallow", *_CONFIGS)
_INCLUDE = re.compile(rb"\[\s*include", re.IGNORECASE)


def stands_alone(git: Path) -> bool:
    """Return whether the repository `git` uses no files outside of itself.

    There is no link, no pipe or device, no object of another repository, and no further file of
    configuration.
    """
    if any(os.path.lexists(git / name) for name in _BORROWED):
        return False
    if not all((git / name).is_dir() for name in _FOLDERS):
        return False
    files = [git / name for name in _GIT_FILES if os.path.lexists(git / name)]
    folders = [git / name for name in (*_FOLDERS, *_OPTIONAL) if os.path.lexists(git / name)]
    if not all(stat.S_ISREG(os.lstat(file).st_mode) for file in files):
        return False
    if not all(stat.S_ISDIR(os.lstat(folder).st_mode) for folder in folders):
        return False
    modes = list(islice(_modes(folders), MAX_ENTRIES + 1))
    are_plain = all(stat.S_ISREG(mode) or stat.S_ISDIR(mode) for mode in modes)
    if not are_plain or len(modes) > MAX_ENTRIES:
        return False
    return not any(_includes(git / name) for name in _CONFIGS)


def _modes(folders: list[Path]) -> Iterator[int]:
    """Yield the mode of each entry below `folders`; links are not followed."""
    waiting = [str(folder) for folder in folders]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                yield entry.stat(follow_symlinks=False).st_mode
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def _includes(config: Path) -> bool:
    """Return whether a configuration file includes others, or is too large to check."""
    if not config.is_file():
        return False
    with config.open("rb") as stream:
        text = stream.read(MAX_CONFIG + 1)
    return len(text) > MAX_CONFIG or _INCLUDE.search(text) is not None


#: Maximum number of commits, newest first; of files of a commit; of nested folders.
MAX_COMMITS, MAX_FILES, MAX_DEPTH = 10_000, 5_000, 20
#: Maximum bytes of a commit or of a list of files.
MAX_OBJECT = 4 << 20

_SAFE = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "protocol.allow=never")
_FILE_MODES = (b"100644", b"100755", b"100664")
_TREE_MODE = b"40000"
_SUBMITTED = "refs/tags/submit/"


@dataclass(frozen=True)
class Commit:
    """A commit: its id, that of its tree, its first parent, and the committer's time."""

    id: str
    tree: str
    parent: str
    time: datetime


class GitRepository:
    """The objects of the repository in `folder`; its process ends with this object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        process = self._start("cat-file", "--batch", stdin=subprocess.PIPE)
        assert process.stdin is not None and process.stdout is not None  # both are pipes
        self._request, self._answer = process.stdin, process.stdout
        weakref.finalize(self, _end, process)

    def _start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        settings = [word for setting in _SAFE for word in ("-c", setting)]
        command = ["git", f"--git-dir={self._folder / '.git'}", *settings, *arguments]
        environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
        pipe, none = subprocess.PIPE, subprocess.DEVNULL
        try:
            return subprocess.Popen(command, stdin=stdin, stdout=pipe, stderr=none, env=environment)
        except OSError as error:
            raise BadInputError(f"git cannot be started: {error.strerror}. Install git") from None

    def tags(self) -> list[str]:
        """Return the names of the tags ``submit/...``, sorted."""
        with self._start("for-each-ref", "--format=%(refname)", _SUBMITTED) as process:
            output = process.communicate()[0].decode("utf-8", "replace")
        return sorted(output.split())

    def commit(self, name: str) -> Commit | None:
        """Return the commit `name`; None if there is none."""
        kind, id, data = self._object(f"{name}^{{commit}}")
        if kind != "commit":
            return None
        header = data.partition(b"\n\n")[0].decode("utf-8", "replace")
        lines = [line.partition(" ") for line in reversed(header.split("\n"))]
        values = {key: value for key, _, value in lines}  # the first of several parents
        time = _time(values.get("committer", ""))
        return Commit(id, values.get("tree", ""), values.get("parent", ""), time)

    def history(self) -> Iterator[Commit]:
        """Yield the commits of the current branch, newest first, along first parents."""
        commit = self.commit("HEAD")
        for _ in range(MAX_COMMITS):
            if commit is None:
                return
            yield commit
            commit = self.commit(commit.parent) if commit.parent else None

    def files(self, tree: str) -> dict[PurePosixPath, str]:
        """Return path -> id of the plain files of a tree; links are left out."""
        ids: dict[PurePosixPath, str] = {}
        waiting = [(tree, PurePosixPath())]
        for id, folder in waiting:  # which grows meanwhile
            for mode, name, child in _entries(self.contents(id, MAX_OBJECT), len(id) // 2):
                if mode == _TREE_MODE and len(folder.parts) < MAX_DEPTH:
                    waiting.append((child, folder / name))
                elif mode in _FILE_MODES and len(ids) < MAX_FILES:
                    ids[folder / name] = child
            if len(waiting) > MAX_FILES:
                break
        return ids

    def contents(self, id: str, limit: int) -> bytes:
        """Return the first `limit` bytes of a file."""
        return self._object(id, limit)[2]

    def _object(self, name: str, limit: int = MAX_OBJECT) -> tuple[str, str, bytes]:
        """Return kind, id and first bytes of an object; empty texts if there is none."""
        if "\n" in name:
            return "", "", b""
        try:
            self._request.write(name.encode("utf-8", "surrogateescape") + b"\n")
            self._request.flush()
        except OSError:  # git has ended: it is no repository
            return "", "", b""
        header = self._answer.readline().decode("utf-8", "replace").split()
        if len(header) != 3 or not header[2].isdecimal():
            return "", "", b""
        size = int(header[2])
        data = self._answer.read(min(size, limit))
        left = size - len(data) + 1  # a line end follows
        while left > 0 and (more := self._answer.read(min(left, 1 << 16))):
            left -= len(more)
        return header[1], header[0], data


def _entries(tree: bytes, size: int) -> Iterator[tuple[bytes, str, str]]:
    """Yield mode, name and id of the entries of a tree, whose ids have `size` bytes."""
    at = 0
    while (end := tree.find(b"\0", at)) >= 0:
        mode, _, name = tree[at:end].partition(b" ")
        at = end + 1 + size
        text = name.decode("utf-8", "replace")
        if text not in ("", ".", "..") and "/" not in text:
            yield mode, text, tree[end + 1 : at].hex()


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # git has ended already
                stream.close()
    process.wait()


def _time(committer: str) -> datetime:
    """Return the time in ``NAME <ADDRESS> SECONDS ZONE``; a damaged one is the earliest."""
    words = committer.split()
    seconds = words[-2] if len(words) >= 2 else ""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
