"""The bundle for a bug report: a zip or a text of what `gradus doctor` found, redacted."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path

from autograder.installation.facts import Fact, Section
from autograder.installation.redaction import HARMLESS, Redactor
from autograder.installation.text import report_lines
from framework.errors import BadInputError, UsageError

#: What a bundle may be, by its suffix.
SUFFIXES = (".zip", ".txt")


def check_bundle(path: Path) -> None:
    """Refuse a file that is neither a zip nor a text.

    Raises:
        UsageError: its suffix is another one.
    """
    if path.suffix not in SUFFIXES:
        raise UsageError(f"a bundle is a .zip or a .txt file, not '{path.name}'")


def write_bundle(
    path: Path, sections: Sequence[Section], log: Sequence[str], redact: Redactor
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


def _parts(sections: Sequence[Section], log: Sequence[str], redact: Redactor) -> dict[str, str]:
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


def _redacted(section: Section, redact: Redactor) -> Section:
    facts = (
        Fact(redact(fact.name), redact(fact.value), redact(fact.problem)) for fact in section.facts
    )
    return replace(section, facts=tuple(facts))


def _packages() -> list[str]:
    """Return all distributions of this environment with their versions."""
    found = {one.metadata["Name"]: one.version for one in metadata.distributions()}
    return sorted((f"{name} {version}" for name, version in found.items() if name), key=str.lower)


def _variables(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that say how gradus runs; no name or value of another one."""
    return [f"{name}={environment[name]}" for name in HARMLESS if name in environment]


def _write_zip(path: Path, parts: Mapping[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in parts.items():
            bundle.writestr(zipfile.ZipInfo(name), text)
