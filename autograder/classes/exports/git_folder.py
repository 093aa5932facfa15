"""Whether a ``.git`` folder is a repository of its own: nothing in it leads git elsewhere.

Git follows links, reads files that a configuration includes, and waits for pipes. A student's
folder could so hand in the work of another one, or stop the command.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

#: Files and folders in them that are looked at, and bytes of a configuration.
MAX_ENTRIES, MAX_CONFIG = 500_000, 1 << 20

#: Names of other repositories whose objects belong to this one.
_BORROWED = ("commondir", "objects/info/alternates")
#: The folders and the files that git reads for objects, commits and tags.
_FOLDERS, _OPTIONAL = ("objects", "refs"), ("info", "reftable")
_CONFIGS = ("config", "config.worktree")
_FILES = ("HEAD", "packed-refs", "shallow", *_CONFIGS)
_INCLUDE = re.compile(rb"\[\s*include", re.IGNORECASE)


def stands_alone(git: Path) -> bool:
    """Return whether all that the repository `git` holds is its own.

    There is no link, no pipe or device, no object of another repository, and no further file of
    configuration.
    """
    if any(os.path.lexists(git / name) for name in _BORROWED):
        return False
    if not all((git / name).is_dir() for name in _FOLDERS):
        return False
    files = [git / name for name in _FILES if os.path.lexists(git / name)]
    folders = [git / name for name in (*_FOLDERS, *_OPTIONAL) if os.path.lexists(git / name)]
    if not all(stat.S_ISREG(os.lstat(file).st_mode) for file in files):
        return False
    return _are_plain(folders) and not any(_includes(git / name) for name in _CONFIGS)


def _are_plain(folders: list[Path]) -> bool:
    """Return whether `folders`, and all below them, are folders and regular files."""
    if not all(stat.S_ISDIR(os.lstat(folder).st_mode) for folder in folders):
        return False
    found = islice(_modes(folders), MAX_ENTRIES + 1)
    plain = [stat.S_ISREG(mode) or stat.S_ISDIR(mode) for mode in found]
    return all(plain) and len(plain) <= MAX_ENTRIES


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
    """Return whether a file of configuration names further ones, or is no such file."""
    if not config.is_file():
        return False
    with config.open("rb") as stream:
        text = stream.read(MAX_CONFIG + 1)
    return len(text) > MAX_CONFIG or _INCLUDE.search(text) is not None
