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
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path

import framework
from autograder.installation.system_facts import FactSection, SystemFact, report_lines
from framework.errors import BadInputError, UsageError

#: What a bundle may be, by its suffix.
SUFFIXES = (".zip", ".txt")


def check_bundle(path: Path) -> None:
    """Refuse a file that is neither a zip nor a text.

    Raises:
        UsageError: it has another suffix.
    """
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
    parts = _parts(sections, log, redact)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".zip":
            _write_zip(path, parts)
        else:
            path.write_text(
                "\n".join(f"== {name}\n{text}" for name, text in parts.items()), "utf-8"
            )
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error}") from error


def _parts(sections: Sequence[FactSection], log: Sequence[str], redact: Redactor) -> dict[str, str]:
    """Return the name of each part with its text; no text leaves this without `redact`."""
    private = [_redacted(section, redact) for section in sections]
    described = json.dumps([asdict(section) for section in private], indent=2, ensure_ascii=False)
    texts = {
        "report.txt": "\n".join(report_lines(private)),
        "report.json": described,
        "log.txt": redact("\n".join(log)),
        "packages.txt": redact("\n".join(_packages())),
        "environment.txt": redact("\n".join(_variables(os.environ))),
    }
    return {name: f"{text}\n" for name, text in texts.items()}


def _redacted(section: FactSection, redact: Redactor) -> FactSection:
    facts = (
        SystemFact(redact(fact.name), redact(fact.value), redact(fact.problem))
        for fact in section.facts
    )
    return replace(section, facts=tuple(facts))


def _packages() -> list[str]:
    """Return all distributions of this environment with their versions."""
    versions = {
        distribution.metadata["Name"]: distribution.version
        for distribution in metadata.distributions()
    }
    return sorted(
        (f"{name} {version}" for name, version in versions.items() if name), key=str.lower
    )


def _variables(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that say how gradus runs; no other variable is shown."""
    return [f"{name}={environment[name]}" for name in HARMLESS if name in environment]


def _write_zip(path: Path, parts: Mapping[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in parts.items():
            bundle.writestr(zipfile.ZipInfo(name), text)


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


@dataclass(frozen=True)
class Redactor:
    """Replaces private texts by words in angle brackets.

    Attributes:
        secrets: removed wherever they stand, in this order.
        paths: path -> the word for it, in the order in which they are replaced.
        names: replaced as whole words, in any case -> the word for each.
    """

    secrets: tuple[str, ...]
    paths: Mapping[str, str]
    names: Mapping[str, str]

    @classmethod
    def of_this_process(cls, folders: Mapping[str, Path]) -> Redactor:
        """Return the redactor for the user, system and environment of this process.

        Args:
            folders: word -> a folder that it replaces, in addition to those of every process.
        """
        paths: dict[str, str] = {}
        for word, folder in (*folders.items(), *_folders()):
            for path in (str(folder), os.path.realpath(folder)):
                if len(path) > 1:
                    paths.setdefault(path, f"<{word}>")
        longest_first = sorted(paths, key=len, reverse=True)
        secrets = tuple(sorted(set(_secrets()), key=len, reverse=True))
        return cls(secrets, {path: paths[path] for path in longest_first}, dict(_names()))

    def __call__(self, text: str) -> str:
        """Return `text` without anything private that this redactor knows."""
        for secret in self.secrets:
            text = text.replace(secret, "<secret>")
        for path, word in self.paths.items():
            text = re.sub(rf"{re.escape(path)}(?![\w-])", word, text)
        text = _HOMES.sub("<home>", _CREDENTIALS.sub("://<credentials>@", text))
        for name, word in self.names.items():
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
        if name not in HARMLESS and len(value) >= least and (is_named_so or not _is_place(value)):
            yield value
            # A log escapes the ends of lines, and a message joins them.
            yield from (line for line in value.splitlines() if len(line) >= _LEAST_OTHER)


def _is_place(value: str) -> bool:
    """Return whether `value` is a path, or a list of paths: these are replaced as folders."""
    return value.startswith(("/", "~", ".")) or re.match(r"[A-Za-z]:\\", value) is not None


def _names() -> Iterator[tuple[str, str]]:
    """Yield the names of the user and of the system."""
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
