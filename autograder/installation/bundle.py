"""The bundle for a bug report: a zip or a text of what `gradus doctor` found, redacted.

Redaction removes from texts what concerns a person: paths, names, and secrets of the environment.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import socket
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple
from importlib import metadata
from pathlib import Path

import framework
from autograder.installation.inspection import FactSection, SystemFact, report_lines
from framework.errors import BadInputError, UsageError

#: What a bundle may be, by its suffix.
SUFFIXES = (".zip", ".txt")


def check_bundle(path: Path) -> None:
    """Raise `UsageError` for a file that is neither a zip nor a text."""
    if path.suffix not in SUFFIXES:
        raise UsageError(f"a bundle is a .zip or a .txt file, not '{path.name}'")


def write_bundle(
    path: Path, sections: Sequence[FactSection], log: Sequence[str], redact: Redactor
) -> None:
    """Write the redacted report, the log of its making, all packages and harmless variables.

    Args:
        path: a zip with a file for each part, or one text.

    Raises:
        BadInputError: the file cannot be written.
    """
    private = []  # no text leaves this function without `redact`
    for section in sections:
        facts = (SystemFact(*map(redact, astuple(fact))) for fact in section.facts)
        private.append(FactSection(section.title, tuple(facts)))
    versions = {package.metadata["Name"]: package.version for package in metadata.distributions()}
    packages = [f"{name} {version}" for name, version in versions.items() if name]
    variables = [f"{name}={os.environ[name]}" for name in HARMLESS if name in os.environ]
    parts = {
        "report.txt": "\n".join(report_lines(private)),
        "report.json": json.dumps(list(map(asdict, private)), indent=2, ensure_ascii=False),
        "log.txt": redact("\n".join(log)),
        "packages.txt": redact("\n".join(sorted(packages, key=str.lower))),
        "environment.txt": redact("\n".join(variables)),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
                for name, text in parts.items():
                    bundle.writestr(zipfile.ZipInfo(name), f"{text}\n")
        else:
            path.write_text(
                "\n".join(f"== {name}\n{text}\n" for name, text in parts.items()), "utf-8"
            )
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error}") from error


#: Environment variables whose values say how gradus runs, and nothing about a person.
HARMLESS = (
    "COLUMNS", "COLORTERM", "LANG", "LC_ALL", "LC_CTYPE", "LINES", "MKL_NUM_THREADS", "NO_COLOR",
    "NPY_DISABLE_CPU_FEATURES", "OMP_NUM_THREADS", "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS",
    "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONIOENCODING", "PYTHONUTF8",
    "PYTHONWARNINGS", "TERM", "TZ",
)  # fmt: skip
#: Variables with such names hold secrets; values of at least this length are removed.
_SECRET_NAMES = re.compile(r"(?i)token|secret|pass|key|cred|auth|cookie|session|private|url|dsn")
_LEAST_SECRET = 4
#: Minimum length of other variables' values that are removed: shorter values may be plain words.
_LEAST_OTHER = 12
#: Names that an account has on many systems: they say nothing about a person.
_COMMON_NAMES = ("root", "user")

_CREDENTIALS = re.compile(r"://[^/\s@]+@")
_HOMES = re.compile(r"(?i)(/home/|/Users/|[a-z]:\\Users\\)[^/\\\s:'\"]+")


class Redactor:
    """Replaces private texts of the user, system and environment of this process.

    Args:
        folders: word -> a folder that it replaces, in addition to those of every process.
    """

    def __init__(self, folders: Mapping[str, Path]) -> None:
        words: dict[str, str] = {}
        for word, folder in (*folders.items(), *_folders()):
            for path in (str(folder), os.path.realpath(folder)):
                if len(path) > 1:
                    words.setdefault(path, f"<{word}>")
        self._paths = sorted(words.items(), key=lambda pair: len(pair[0]), reverse=True)
        self._secrets = sorted(set(_secrets()), key=len, reverse=True)
        self._names = dict(_names())

    def __call__(self, text: str) -> str:
        """Return `text` without anything private that this redactor knows."""
        for secret in self._secrets:
            text = text.replace(secret, "<secret>")
        for path, word in self._paths:
            text = re.sub(rf"{re.escape(path)}(?![\w-])", word, text)
        text = _HOMES.sub("<home>", _CREDENTIALS.sub("://<credentials>@", text))
        for name, word in self._names.items():
            whole = rf"(?i)(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])"
            text = re.sub(whole, word, text)
        return text


def _folders() -> Iterator[tuple[str, Path]]:
    yield "gradus", Path(framework.__file__).parents[1]
    yield "working folder", Path.cwd()
    yield "environment", Path(sys.prefix)
    yield "python", Path(sys.base_prefix)
    yield "temporary", Path(tempfile.gettempdir())
    with suppress(RuntimeError):  # no home is known
        yield "home", Path.home()


def _secrets() -> Iterator[str]:
    """Yield the values of the environment that may be private, paths apart."""
    for name, value in os.environ.items():
        is_named_so = _SECRET_NAMES.search(name) is not None
        least = _LEAST_SECRET if is_named_so else _LEAST_OTHER
        # Paths, and lists of paths, are replaced as folders.
        is_path = re.match(r"[/~.]|[A-Za-z]:\\", value) is not None
        if name not in HARMLESS and len(value) >= least and (is_named_so or not is_path):
            yield value
            # A log escapes the ends of lines, and a message joins them.
            yield from (line for line in value.splitlines() if len(line) >= _LEAST_OTHER)


def _names() -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(_user_names()):
        if len(name) > 1 and name.lower() not in _COMMON_NAMES:
            yield name, "<user>"
    host = socket.gethostname()
    for name in dict.fromkeys((host, host.partition(".")[0])):
        if len(name) > 1 and name.lower() != "localhost":
            yield name, "<host>"


def _user_names() -> Iterator[str]:
    for variable in ("USER", "LOGNAME", "USERNAME", "SUDO_USER"):
        yield os.environ.get(variable, "")
    with suppress(RuntimeError):
        yield Path.home().name
    with suppress(Exception):  # some containers have no account for the user id
        yield getpass.getuser()
    with suppress(ImportError, KeyError):
        import pwd

        account = pwd.getpwuid(os.getuid())
        full_name = account.pw_gecos.partition(",")[0]
        yield from (account.pw_name, full_name, *full_name.split())
