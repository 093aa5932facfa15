"""Gradescope's "Export submissions": a folder for each submission, and a list of submitters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from autograder.classes.exports.export import Export
from autograder.classes.exports.handed_in import HandedIn, Owner, Reading, Wanted
from autograder.classes.rosters.moments import read_moment
from framework.errors import AbsentPartError, BadInputError

METADATA = "submission_metadata.yml"
MAX_METADATA = 256 << 20


def read_gradescope(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each submission, with all its submitters.

    Raises:
        BadInputError: the export has no list of submitters, or it is damaged.
    """
    root, submissions = _metadata(export)
    reading = Reading()
    for file in export.files:
        if file.name == METADATA:
            continue
        parts = file.relative_to(root).parts if file.is_relative_to(root) else file.parts
        entry = submissions.get(parts[0]) if len(parts) > 1 else None
        owners = _owners(entry)
        if entry is None or not owners:
            reading.unmatched[file] = f"{METADATA} names no submitter of it"
            continue
        submitted = _moment(entry.get(":created_at"), wanted)
        inner = PurePosixPath(*parts[1:])
        reading.found.append(HandedIn(file, inner, owners, parts[0], submitted))
    reading.notes += _about_history(submissions)
    return reading


def _metadata(export: Export) -> tuple[PurePosixPath, Mapping[str, Any]]:
    files = sorted(
        (one for one in export.files if one.name == METADATA), key=lambda f: len(f.parts)
    )
    if not files:
        raise BadInputError(f"{export.path} has no {METADATA}: export the submissions once more")
    table = _parsed(export.text(files[0], MAX_METADATA), f"{export.path}: {METADATA}")
    return files[0].parent, {key: one for key, one in table.items() if isinstance(one, dict)}


def _parsed(text: str, shown: str) -> dict[str, Any]:
    try:
        import yaml
    except ModuleNotFoundError:
        raise AbsentPartError(
            f"{shown} needs PyYAML: `pip install 'gradus-nlp[class]'`", "pyyaml"
        ) from None
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise BadInputError(f"{shown} has aliases, which no export of Gradescope has")
        found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInputError(f"{shown} is damaged: {str(error).splitlines()[0]}") from None
    if not isinstance(found, dict):
        raise BadInputError(f"{shown} is damaged: expected a table of submissions")
    return {str(key): value for key, value in found.items()}


def _owners(entry: Mapping[str, Any] | None) -> tuple[Owner, ...]:
    """Return the submitters that have an identifier; all of them, or none."""
    listed = entry.get(":submitters") if entry is not None else None
    submitters = [one for one in listed or () if isinstance(one, dict)]
    owners = []
    for one in submitters:
        found = (("email", one.get(":email")), ("sid", one.get(":sid")))
        identifiers = tuple((kind, str(value)) for kind, value in found if value not in (None, ""))
        owners.append(Owner(identifiers, str(one.get(":name") or "")))
    return tuple(owners) if all(owner.identifiers for owner in owners) else ()


def _moment(value: object, wanted: Wanted) -> datetime | None:
    """Return a time of the file; the loader has read it already, those without a zone in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return read_moment(str(value), wanted.zone) if value else None


def _about_history(submissions: Mapping[str, Any]) -> list[str]:
    earlier = sum(len(one.get(":history") or ()) > 1 for one in submissions.values())
    if not earlier:
        return []
    return [f"{earlier} submissions have earlier attempts, whose files Gradescope does not export"]
