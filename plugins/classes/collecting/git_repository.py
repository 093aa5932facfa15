"""A student's git repository, read without a checkout and without its configuration.

None of its code is run, and nothing is fetched: git gets a folder of ours, with a copy of the
repository's references and our own configuration, and reads the objects alone. It runs with limits
of memory and time, in bubblewrap where that works. `stands_alone` refuses repositories whose links
would hand in the work of another student, and pipes, which would stop the command.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from autograder.public.grading import BubblewrapSandbox, FilesystemView, Limits
from framework.errors import BadInputError

#: Maximum number of entries that are checked, and bytes of a file with references.
MAX_ENTRIES, MAX_REFERENCES = 500_000, 16 << 20

#: Files that name other repositories with objects of this one.
_BORROWED = ("commondir", "objects/info/alternates")
#: The folders and the files that git reads for objects, commits and tags.
_FOLDERS, _OPTIONAL = ("objects", "refs"), ("reftable",)
_GIT_FILES = ("HEAD", "packed-refs", "shallow")


def stands_alone(git: Path) -> bool:
    """Return whether the repository `git` uses no files outside of itself.

    There is no link, no pipe or device, and no object of another repository.
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
    return are_plain and len(modes) <= MAX_ENTRIES


def _modes(folders: list[Path]) -> Iterator[int]:
    """Yield the mode of each entry below `folders`; links are not followed."""
    waiting = [str(folder) for folder in folders]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                yield entry.stat(follow_symlinks=False).st_mode
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


#: Maximum number of commits, newest first; of files of a commit; of nested folders.
MAX_COMMITS, MAX_FILES, MAX_DEPTH = 10_000, 5_000, 20
#: Maximum bytes of a list of commits or files, and of a file that is skipped and not left.
MAX_OUTPUT = 4 << 20
#: Maximum number of starts of git for one repository: it is started again to skip a long file.
MAX_STARTS = 10
#: What one process of git may use: bytes of memory and seconds of processor time.
MAX_MEMORY, MAX_SECONDS = 1 << 30, 120

#: Files above the threshold are read in parts, and not as a whole.
_CONFIGURATION = """\
[core]
repositoryformatversion = 1
bare = true
bigFileThreshold = 1m
commitGraph = false
packedGitWindowSize = 16m
packedGitLimit = 128m
[extensions]
"""
#: Ids of 64 digits: the repository's objects are named by SHA-256.
_LONG_ID = re.compile(rb"(?:^|\s)[0-9a-f]{64}(?:\s|$)")

#: Folders of programs and libraries that git needs in bubblewrap, where they exist.
_SYSTEM = ("/bin", "/lib", "/lib64", "/usr", "/etc/ld.so.cache", "/opt/homebrew", "/nix")
#: Runs the arguments with limits; macOS has no limit of memory.
_LIMITED = (
    f'ulimit -v {MAX_MEMORY >> 10} 2>/dev/null; ulimit -t {MAX_SECONDS}; exec "$@" 2>/dev/null'
)
_VARIABLES = (
    *("GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ALLOW_PROTOCOL="),
    *("GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1", "GIT_TERMINAL_PROMPT=0", "HOME=/"),
)

_FILE_MODES = ("100644", "100755", "100664")
_COMMIT = re.compile("([0-9a-f]{40,64}) ([0-9]{0,20})[0-9]*")
_SUBMITTED = "refs/tags/submit/"


class Commit(NamedTuple):
    """A commit: its id, and the committer's time."""

    id: str
    time: datetime


class GitRepository:
    """The objects of the repository in `folder`; its process ends with this object."""

    def __init__(self, folder: Path) -> None:
        git = folder / ".git"
        self._objects = (git / "objects").resolve()
        own = Path(tempfile.mkdtemp(prefix="gradus-git-")).resolve()
        weakref.finalize(self, shutil.rmtree, own, ignore_errors=True)
        self._references, self._scratch = own / "git", own / "scratch"
        self._scratch.mkdir()
        _copy_references(git, self._references)
        self._starts = 0
        self._begin()

    def _begin(self) -> None:
        """Start the git process that returns objects."""
        self._starts += 1
        process = self._start("cat-file", "--batch")
        assert process.stdin is not None and process.stdout is not None  # both are pipes
        self._request, self._answer = process.stdin, process.stdout
        self._end_git = weakref.finalize(self, _end, process)

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start git without the repository's configuration, with limits."""
        variables = (*_VARIABLES, f"GIT_OBJECT_DIRECTORY={self._objects}")
        git = ("git", f"--git-dir={self._references}", *arguments)
        command = ["sh", "-c", _LIMITED, "sh", "env", *variables, *git]
        sandbox = _sandbox()
        if sandbox is not None:
            system = (path for path in _SYSTEM if os.path.lexists(path))
            shown = (*system, str(self._references), str(self._objects))
            return sandbox.spawn(command, FilesystemView(shown, str(self._scratch)), Limits())
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=self._scratch
        )

    def _output(self, *arguments: str) -> str:
        """Return what git prints, cut at a limit; empty if it fails."""
        process = self._start(*arguments)
        assert process.stdout is not None  # it is a pipe
        data = process.stdout.read(MAX_OUTPUT)
        _end(process)
        return data.decode("utf-8", "replace")

    def tags(self) -> list[str]:
        """Return the names of the tags ``submit/...``, sorted."""
        return sorted(self._output("for-each-ref", "--format=%(refname)", _SUBMITTED).split())

    def history(self, name: str = "HEAD", most: int = MAX_COMMITS) -> list[Commit]:
        """Return the commit `name` and those before it along first parents; none without it."""
        options = ("--first-parent", f"--max-count={most}", "--format=%H %ct")
        matches = map(_COMMIT.fullmatch, self._output("log", *options, name, "--").split("\n"))
        return [Commit(match[1], _time(match[2])) for match in matches if match is not None]

    def files(self, commit: str) -> dict[PurePosixPath, str]:
        """Return path -> id of the plain files of a commit; links are left out."""
        ids: dict[PurePosixPath, str] = {}
        for line in self._output("ls-tree", "-r", "-z", commit).split("\0")[:-1]:
            about, _, path = line.partition("\t")
            mode, _, id = about.split(" ")
            parts = path.split("/")
            is_plain = mode in _FILE_MODES and not {"", ".", ".."} & {*parts}
            if is_plain and len(parts) <= MAX_DEPTH and len(ids) < MAX_FILES:
                ids[PurePosixPath(path)] = id
        return ids

    def contents(self, id: str, limit: int) -> bytes:
        """Return the first `limit` bytes of a file; one that git cannot read is a bad input."""
        header: list[bytes] = []
        with suppress(OSError, ValueError):  # git has ended: it is at its limits
            self._request.write(id.encode() + b"\n")
            self._request.flush()
            header = self._answer.readline().split()
        if len(header) != 3 or not header[2].isdigit():
            raise BadInputError(f"git cannot read the file with the id {id[:12]}: clone again")
        size = int(header[2])
        data = self._answer.read(min(size, limit))
        self._skip(size - len(data) + 1)  # a line end follows
        return data

    def _skip(self, count: int) -> None:
        """Skip bytes of the answer; to skip many, end git and start it again."""
        if count > MAX_OUTPUT:
            self._end_git()
            if self._starts < MAX_STARTS:
                self._begin()
            return
        while count > 0 and (skipped := self._answer.read(min(count, 1 << 16))):
            count -= len(skipped)


def _copy_references(git: Path, own: Path) -> None:
    """Make `own` a folder for git: the references of `git`, and our configuration."""
    own.mkdir()
    (own / "objects").mkdir()
    extensions = ""
    below = [path for name in ("refs", *_OPTIONAL) for path in sorted((git / name).rglob("*"))]
    for source in [git / name for name in _GIT_FILES] + below:
        target = own / source.relative_to(git)
        if source.is_dir():
            target.mkdir(parents=True)
        elif source.is_file():
            with source.open("rb") as stream:
                data = stream.read(MAX_REFERENCES + 1)
            if len(data) > MAX_REFERENCES:
                continue  # git finds no commit
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            if _LONG_ID.search(data):
                extensions = "objectFormat = sha256\n"
    (own / "refs").mkdir(exist_ok=True)
    if (own / "reftable").is_dir():
        extensions += "refStorage = reftable\n"
    (own / "config").write_text(_CONFIGURATION + extensions, "utf-8")


@lru_cache
def _sandbox() -> BubblewrapSandbox | None:
    """Return bubblewrap where it works; elsewhere git runs with the limits alone."""
    if shutil.which("git") is None:
        raise BadInputError("git is not installed. Install git, and collect again")
    sandbox = BubblewrapSandbox()
    return sandbox if sandbox.unavailable() is None else None


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(OSError):  # git has ended already
                stream.close()
    process.wait()


def _time(seconds: str) -> datetime:
    """Return the time of a commit: from 1970, for a damaged one, to 2106."""
    return datetime.fromtimestamp(min(int(seconds or 0), 1 << 32), UTC)
