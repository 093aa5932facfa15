"""The readers of exports, by the names that ``--as`` takes: which file belongs to which student."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from autograder.public.submissions import short
from framework.errors import AbsentPartError, BadInputError, UnknownNameError
from plugins.classes.collecting.export import Export, HandedIn, Owner, Reader, Reading, Wanted
from plugins.classes.collecting.github import read_github
from plugins.classes.rosters.dates import read_moment
from plugins.classes.rosters.roster import COLUMNS, GROUP, GROUP_ID, folded

_MOODLE_NAME = re.compile(
    r"(?P<name>[^/]*?)(?:_(?P<number>\d+))?_assignsubmission_(?P<plugin>[a-z]+)"
    r"(?P<end>_?/|_)(?P<inner>.+)",
    re.DOTALL,
)
_MOODLE_MARK = re.compile(r"_assignsubmission_[a-z]+(?:[_/]|$)")


def read_moodle(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each participant, or of each group."""
    reading = Reading()
    for file in export.files:
        match = _moodle_match(file)
        if match is None:
            reading.unmatched[file] = "its name is not NAME_NUMBER_assignsubmission_file/..."
        elif _names_two_participants(match):
            reading.unmatched[file] = "its name names two participants"
        elif (owner := _moodle_owner(match, wanted)) is None:
            reading.unmatched[file] = "its name has no number: with groups, add `--teams`"
        else:
            reading.found.append(HandedIn(file, PurePosixPath(match["inner"]), (owner,)))
    return reading


def _moodle_match(file: PurePosixPath) -> re.Match[str] | None:
    """Return the match of `file`, also below folders of any name."""
    parts = file.parts
    tails = ("/".join(parts[start:]) for start in range(len(parts)))
    return next(filter(None, map(_MOODLE_NAME.fullmatch, tails)), None)


def _names_two_participants(match: re.Match[str]) -> bool:
    """Return whether a second participant is named where no folder ends the name of the first."""
    flat = f"_{match['inner'].partition('/')[0]}/"
    return "/" not in match["end"] and _MOODLE_MARK.search(flat) is not None


def _moodle_owner(match: re.Match[str], wanted: Wanted) -> Owner | None:
    name, number = match["name"], match["number"]
    if not wanted.is_team_work:
        return Owner((("participant", number),), name) if number else None
    by_number = ((GROUP_ID, number),) if number else ()
    return Owner((*by_number, (GROUP, name)), name)


_CANVAS_ANONYMOUS = re.compile(r"(?P<late>LATE_)?anon_(?P<user>[^_]+)_(?P<file>\d+_.+)", re.DOTALL)
_CANVAS_FILE = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>\d+_.+)", re.DOTALL
)
_CANVAS_TEXT = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>(text|link)\.html)"
)


def read_canvas(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each user; a group has the number of one of its members."""
    reading = Reading()
    is_anonymous = bool(export.files) and all(
        _CANVAS_ANONYMOUS.fullmatch(f.name) for f in export.files
    )
    kind = "anonymous" if is_anonymous else "canvas"
    for file in sorted(export.files, key=lambda path: _canvas_attachment(path, is_anonymous)):
        match = _canvas_match(file.name, is_anonymous)
        if match is None:
            reading.unmatched[file] = "its name is not NAME_USER_ATTACHMENT_FILE"
            continue
        owner = Owner(((kind, match["user"]),), match.groupdict().get("name") or "")
        name = match["file"] if match.re is _CANVAS_TEXT else match["file"].partition("_")[2]
        inner = PurePosixPath(name)
        reading.found.append(HandedIn(file, inner, (owner,), is_late=match["late"] is not None))
    return reading


def _canvas_match(name: str, is_anonymous: bool) -> re.Match[str] | None:
    if is_anonymous:
        return _CANVAS_ANONYMOUS.fullmatch(name)
    return _CANVAS_FILE.fullmatch(name) or _CANVAS_TEXT.fullmatch(name)


def _canvas_attachment(file: PurePosixPath, is_anonymous: bool) -> int:
    """Return the number of the attachment; 0 without one."""
    match = _canvas_match(file.name, is_anonymous)
    number = match["file"].partition("_")[0] if match is not None else ""
    return int(number) if number.isascii() and number.isdecimal() else 0


#: The word before the date is in the language of the site: it is not compared. The first date is
#: that of the attempt: what follows it is a name that the student chose.
_BLACKBOARD_DATE = r"(?P<date>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)"
_BLACKBOARD_ATTEMPT = re.compile(
    rf"(?P<owner>.+?)_(?P<word>[^\W\d_]+)_{_BLACKBOARD_DATE}(?P<rest>\.txt|_.+)", re.DOTALL
)
_BLACKBOARD_NAME = re.compile(
    r"^[^\n:]+:[ \t]*(?P<name>[^\n]*?)[ \t]*\((?P<user>[^()\n]+)\)\s*$", re.MULTILINE
)
_BLACKBOARD_FILES = re.compile(
    r"^\s*[^\n:]+:[ \t]*(?P<original>[^\n]+)\n\s*[^\n:]+:[ \t]*(?P<stored>[^\n]+)$", re.MULTILINE
)
MAX_INFO = 1 << 20


def read_blackboard(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each attempt; the text file beside them names the user."""
    reading = Reading()
    attempts: dict[tuple[str, str], list[tuple[PurePosixPath, str]]] = defaultdict(list)
    for file in export.files:
        match = _BLACKBOARD_ATTEMPT.fullmatch(file.name)
        if match is None:
            reading.unmatched[file] = "its name is not ASSIGNMENT_USERNAME_attempt_DATE_FILE"
        else:
            attempts[match["owner"], match["date"]].append((file, match["rest"]))
    for (owner, date), files in attempts.items():
        _add_blackboard_attempt(reading, export, wanted, (owner, date), files)
    return reading


def _add_blackboard_attempt(
    reading: Reading,
    export: Export,
    wanted: Wanted,
    attempt: tuple[str, str],
    files: list[tuple[PurePosixPath, str]],
) -> None:
    """Add the files of one attempt."""
    info = next((export.text(file, MAX_INFO) for file, rest in files if rest == ".txt"), "")
    name = _BLACKBOARD_NAME.search(info)
    owner = _blackboard_owner(attempt[0], name, wanted)
    if owner is None:
        reason = "no text file of the attempt names its user"
        reading.unmatched.update(dict.fromkeys((file for file, _ in files), reason))
        return
    originals = _blackboard_originals(info)
    submitted = read_moment(attempt[1], wanted.zone)
    for file, rest in files:
        if rest != ".txt":
            inner = PurePosixPath(originals.get(file.name, rest[1:]).replace("\\", "/"))
            reading.found.append(HandedIn(file, inner, (owner,), attempt[1], submitted))


def _blackboard_owner(text: str, name: re.Match[str] | None, wanted: Wanted) -> Owner | None:
    """Return the user: of the text file, if the file's name agrees; or a known user."""
    if name is not None and folded(text).endswith(f"_{folded(name['user'])}"):
        return Owner((("username", name["user"]),), name["name"])
    users = (
        name_in_roster
        for name_in_roster in wanted.known("username")
        if folded(text).endswith(f"_{name_in_roster}")
    )
    user = max(users, key=len, default="")  # a user's name may have underscores
    return Owner((("username", user),)) if user else None


def _blackboard_originals(info: str) -> Mapping[str, str]:
    """Return stored name -> original name."""
    files = info[info.rfind("\n\n") :] if "\n\n" in info else info
    return {
        match["stored"].strip(): match["original"].strip()
        for match in _BLACKBOARD_FILES.finditer(files)
    }


METADATA = "submission_metadata.yml"
MAX_METADATA = 256 << 20


def read_gradescope(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each submission, with all its submitters.

    Raises:
        BadInputError: the export has no list of submitters, or it is damaged.
    """
    root, submissions = _gradescope_metadata(export)
    reading = Reading()
    for file in export.files:
        if file.name == METADATA:
            continue
        parts = file.relative_to(root).parts if file.is_relative_to(root) else file.parts
        entry = submissions.get(parts[0]) if len(parts) > 1 else None
        owners = _gradescope_owners(entry)
        if entry is None or not owners:
            reading.unmatched[file] = f"{METADATA} names no submitter of it"
            continue
        submitted = _gradescope_moment(entry.get(":created_at"), wanted)
        inner = PurePosixPath(*parts[1:])
        reading.found.append(HandedIn(file, inner, owners, parts[0], submitted))
    reading.notes += _gradescope_history(submissions)
    return reading


def _gradescope_metadata(export: Export) -> tuple[PurePosixPath, Mapping[str, Any]]:
    files = sorted(
        (entry for entry in export.files if entry.name == METADATA), key=lambda f: len(f.parts)
    )
    if not files:
        raise BadInputError(f"{export.path} has no {METADATA}: export the submissions once more")
    table = _parsed_yaml(export.text(files[0], MAX_METADATA), f"{export.path}: {METADATA}")
    return files[0].parent, {key: entry for key, entry in table.items() if isinstance(entry, dict)}


def _parsed_yaml(text: str, name: str) -> dict[str, Any]:
    try:
        import yaml
    except ModuleNotFoundError:
        raise AbsentPartError(
            f"{name} needs PyYAML: `pip install 'gradus-nlp[class]'`", "pyyaml"
        ) from None
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise BadInputError(f"{name} has aliases, which no export of Gradescope has")
        table = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInputError(f"{name} is damaged: {str(error).splitlines()[0]}") from None
    if not isinstance(table, dict):
        raise BadInputError(f"{name} is damaged: expected a table of submissions")
    return {str(key): value for key, value in table.items()}


def _gradescope_owners(entry: Mapping[str, Any] | None) -> tuple[Owner, ...]:
    """Return the submitters that have an identifier; all of them, or none."""
    listed = entry.get(":submitters") if entry is not None else None
    submitters = [submitter for submitter in listed or () if isinstance(submitter, dict)]
    owners = []
    for submitter in submitters:
        values = (("email", submitter.get(":email")), ("sid", submitter.get(":sid")))
        identifiers = tuple((kind, str(value)) for kind, value in values if value not in (None, ""))
        owners.append(Owner(identifiers, str(submitter.get(":name") or "")))
    return tuple(owners) if all(owner.identifiers for owner in owners) else ()


def _gradescope_moment(value: object, wanted: Wanted) -> datetime | None:
    """Return a time of the file; the loader has read it already, those without a zone in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return read_moment(str(value), wanted.zone) if value else None


def _gradescope_history(submissions: Mapping[str, Any]) -> list[str]:
    earlier = sum(len(entry.get(":history") or ()) > 1 for entry in submissions.values())
    if not earlier:
        return []
    return [f"{earlier} submissions have earlier attempts, whose files Gradescope does not export"]


_TIMESTAMP = "timestamp.txt"
_INBOUND = re.compile(
    r"(?P<student>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>[^+]+)(\+.*)?", re.DOTALL
)
_MAX_TIMESTAMP = 1 << 10


def read_nbgrader(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each student for one assignment.

    Raises:
        BadInputError: there are several assignments, and none is chosen.
    """
    depth = _common_depth(export.files)
    origins = {file: _nbgrader_place(file, depth) for file in export.files}
    assignment = _nbgrader_assignment(origins, wanted)
    times = _nbgrader_times(export, origins, wanted)
    reading = Reading()
    for file, origin in origins.items():
        if origin is None:
            reading.unmatched[file] = "it is not in submitted/STUDENT/ASSIGNMENT"
        elif origin.assignment == assignment and file.name != _TIMESTAMP:
            owner = Owner((("student", origin.student), ("username", origin.student)))
            submitted = times.get(origin.folder) or read_moment(origin.time, wanted.zone)
            version = origin.time
            reading.found.append(HandedIn(file, origin.inner, (owner,), version, submitted))
    return reading


@dataclass(frozen=True)
class _NbgraderPlace:
    """Student, assignment and time in the folders around a file, and its path below them."""

    student: str
    assignment: str
    folder: PurePosixPath
    inner: PurePosixPath
    time: str = ""


def _common_depth(files: Sequence[PurePosixPath]) -> int:
    """Return the number of folders that are around all files.

    What stands deeper than the first folder below these was named by a student.
    """
    parents = [file.parent.parts for file in files]
    first, last = min(parents, default=()), max(parents, default=())
    return next(
        (n for n, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]),
        len(first),
    )


def _nbgrader_place(file: PurePosixPath, depth: int) -> _NbgraderPlace | None:
    parts = file.parts
    ours = parts[: depth + 1]
    attempts = parts[: depth + 2] if ours[-1] == "inbound" else ours
    for index, part in enumerate(attempts[: len(parts) - 1]):
        if match := _INBOUND.fullmatch(part):
            folder, inner = PurePosixPath(*parts[: index + 1]), PurePosixPath(*parts[index + 1 :])
            student, assignment = match["student"], match["assignment"]
            return _NbgraderPlace(student, assignment, folder, inner, match["time"])
    start = ours.index("submitted") + 1 if "submitted" in ours else 0
    if len(parts) < start + 3:
        return None
    folder, inner = PurePosixPath(*parts[: start + 2]), PurePosixPath(*parts[start + 2 :])
    return _NbgraderPlace(parts[start], parts[start + 1], folder, inner)


def _nbgrader_assignment(
    origins: Mapping[PurePosixPath, _NbgraderPlace | None], wanted: Wanted
) -> str:
    names = sorted({origin.assignment for origin in origins.values() if origin is not None})
    if wanted.assignment:
        return wanted.assignment
    if len(names) > 1:
        listed = ", ".join(map(short, names[:12]))
        raise BadInputError(f"there are several assignments: choose with `--assignment`: {listed}")
    return names[0] if names else ""


def _nbgrader_times(
    export: Export, origins: Mapping[PurePosixPath, _NbgraderPlace | None], wanted: Wanted
) -> dict[PurePosixPath, datetime]:
    """Return folder of a student's work -> the time in its ``timestamp.txt``."""
    times = {}
    listed = [file for file, origin in origins.items() if origin and file.name == _TIMESTAMP]
    for file, read in export.each(listed):
        moment = read_moment(read(_MAX_TIMESTAMP).decode("utf-8", "replace"), wanted.zone)
        if moment is not None:
            times[file.parent] = moment
    return times


def read_folders(export: Export, wanted: Wanted) -> Reading:
    """Return the files of folders, files and zips that are named by an identifier."""
    reading = Reading()
    kinds = (GROUP_ID, GROUP) if wanted.is_team_work else tuple(COLUMNS)
    for file in export.files:
        is_alone = len(file.parts) == 1
        key = file.stem if is_alone else file.parts[0]
        inner = PurePosixPath(file.name) if is_alone else PurePosixPath(*file.parts[1:])
        owner = Owner(tuple((kind, key) for kind in kinds))
        reading.found.append(HandedIn(file, inner, (owner,)))
    return reading


READERS: Mapping[str, Reader] = {
    "moodle": read_moodle,
    "canvas": read_canvas,
    "gradescope": read_gradescope,
    "github": read_github,
    "blackboard": read_blackboard,
    "nbgrader": read_nbgrader,
    "folders": read_folders,
}


def reader(name: str) -> Reader:
    """Return the reader of exports of the system `name`.

    Raises:
        UnknownNameError: with near misses.
    """
    if name not in READERS:
        raise UnknownNameError("system", name, READERS)
    return READERS[name]
