"""The readers of exports, by the names that ``--as`` takes: which file belongs to which student."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from autograder.public.submissions import archive_stem, is_archive, short
from framework.errors import AbsentPartError, BadInputError
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
    """Return the files of each participant, or of each group; also below folders of any name."""
    reading = Reading()
    for file in export.files:
        tails = ("/".join(file.parts[start:]) for start in range(len(file.parts)))
        match = next(filter(None, map(_MOODLE_NAME.fullmatch, tails)), None)
        if match is None:
            reading.unmatched[file] = "its name is not NAME_NUMBER_assignsubmission_file/..."
            continue
        name, number, inner = match["name"], match["number"], match["inner"]
        kind = GROUP_ID if wanted.is_team_work else "participant"
        identifiers = ((kind, number),) if number else ()
        if wanted.is_team_work:
            identifiers = (*identifiers, (GROUP, name))
        is_flat = "/" not in match["end"]  # no folder ends the name of the first participant
        if is_flat and _MOODLE_MARK.search(f"_{inner.partition('/')[0]}/"):
            reading.unmatched[file] = "its name names two participants"
        elif identifiers:
            owner = Owner(identifiers, name)
            reading.found.append(HandedIn(file, PurePosixPath(inner), (owner,)))
        else:
            reading.unmatched[file] = "its name has no number: with groups, add `--teams`"
    return reading


_CANVAS_ANONYMOUS = re.compile(
    r"(?P<name>)(?P<late>LATE_)?anon_(?P<user>[^_]+)_(?P<number>\d+)_(?P<file>.+)", re.DOTALL
)
#: Text and links that a student wrote have no number of an attachment.
_CANVAS = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_"
    r"(?:(?P<number>\d+)_)?(?P<file>(?(number).+|(?:text|link)\.html))",
    re.DOTALL,
)


def read_canvas(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each user by attachment; a group has the number of one of its members."""
    reading = Reading()
    kind, pattern = "canvas", _CANVAS
    if export.files and all(_CANVAS_ANONYMOUS.fullmatch(file.name) for file in export.files):
        kind, pattern = "anonymous", _CANVAS_ANONYMOUS
    numbered = []
    for file in export.files:
        if match := pattern.fullmatch(file.name):
            number = match["number"] or ""
            numbered.append((len(number), number, file, match))
        else:
            reading.unmatched[file] = "its name is not NAME_USER_ATTACHMENT_FILE"
    for _, _, file, match in sorted(numbered, key=lambda attachment: attachment[:2]):
        owner = Owner(((kind, match["user"]),), match["name"])
        inner, is_late = PurePosixPath(match["file"]), match["late"] is not None
        reading.found.append(HandedIn(file, inner, (owner,), is_late=is_late))
    return reading


#: The word before the date is in the language of the site: it is not compared. The first date is
#: that of the attempt: what follows it is a name that the student chose.
_BLACKBOARD_DATE = r"(?P<date>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)"
_BLACKBOARD_ATTEMPT = re.compile(
    rf"(?P<owner>.+?)_(?P<word>[^\W\d_]+)_{_BLACKBOARD_DATE}(?P<rest>\.txt|_.+)", re.DOTALL
)
_BLACKBOARD_NAME = re.compile(
    r"^[^\n:]+:[ \t]*(?P<name>[^\n]{0,300}?)[ \t]{0,9}\((?P<user>[^()\n]+)\)[ \t\r]*$", re.MULTILINE
)
_BLACKBOARD_FILES = re.compile(
    r"^[ \t]*+[^\n:]++:[ \t]*+(?P<original>[^\n]++)\n\s*+[^\n:]++:[ \t]*+(?P<stored>[^\n]++)$",
    re.MULTILINE,
)
MAX_INFO = 1 << 20


def read_blackboard(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each attempt; the text file beside them names user and original names."""
    reading = Reading()
    attempts: dict[tuple[str, str], dict[PurePosixPath, str]] = defaultdict(dict)
    for file in export.files:
        match = _BLACKBOARD_ATTEMPT.fullmatch(file.name)
        if match is None:
            reading.unmatched[file] = "its name is not ASSIGNMENT_USERNAME_attempt_DATE_FILE"
        else:
            attempts[match["owner"], match["date"]][file] = match["rest"]
    for (text, date), files in attempts.items():
        info = next((export.text(file, MAX_INFO) for file in files if files[file] == ".txt"), "")
        owner = _blackboard_owner(text, _BLACKBOARD_NAME.search(info), wanted)
        if owner is None:
            reason = "no text file of the attempt names its user"
            reading.unmatched.update(dict.fromkeys(files, reason))
            continue
        listed = _BLACKBOARD_FILES.finditer(info[max(info.rfind("\n\n"), 0) :])
        originals = {match["stored"].strip(): match["original"].strip() for match in listed}
        submitted = read_moment(date, wanted.zone)
        for file, rest in files.items():
            if rest != ".txt":
                inner = PurePosixPath(originals.get(file.name, rest[1:]).replace("\\", "/"))
                reading.found.append(HandedIn(file, inner, (owner,), date, submitted))
    return reading


def _blackboard_owner(text: str, name: re.Match[str] | None, wanted: Wanted) -> Owner | None:
    """Return the user: of the text file, if the file's name agrees; or a known user."""
    if name is not None and folded(text).endswith(f"_{folded(name['user'])}"):
        return Owner((("username", name["user"]),), name["name"])
    users = (user for user in wanted.known("username") if folded(text).endswith(f"_{user}"))
    user = max(users, key=len, default="")  # a user's name may have underscores
    return Owner((("username", user),)) if user else None


METADATA = "submission_metadata.yml"
MAX_METADATA = 256 << 20


def read_gradescope(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each submission, with all its submitters."""
    files = [file for file in export.files if file.name == METADATA]
    if not files:
        raise BadInputError(f"{export.path} has no {METADATA}: export the submissions once more")
    listed = min(files, key=lambda file: len(file.parts))
    if not all(file.is_relative_to(listed.parent) for file in export.files):  # a student's own file
        raise BadInputError(f"{export.path}: {METADATA} is not beside the submissions")
    text = export.text(listed, MAX_METADATA)
    table = _parsed_yaml(text, f"{export.path}: {METADATA}")
    submissions = {key: entry for key, entry in table.items() if isinstance(entry, dict)}
    reading = Reading()
    for file in export.files:
        if file.name == METADATA:
            continue
        folder, *inner = file.relative_to(listed.parent).parts
        entry = submissions.get(folder, {}) if inner else {}
        if owners := _gradescope_owners(entry):
            created = entry.get(":created_at")
            zone = UTC if isinstance(created, datetime) else wanted.zone  # as the loader reads it
            submitted = read_moment(str(created or ""), zone)
            path = PurePosixPath(*inner)
            reading.found.append(HandedIn(file, path, owners, folder, submitted))
        else:
            reading.unmatched[file] = f"{METADATA} names no submitter of it"
    if earlier := sum(len(_rows(entry, ":history")) > 1 for entry in submissions.values()):
        reading.notes.append(
            f"{earlier} submissions have earlier attempts, whose files Gradescope does not export"
        )
    return reading


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


def _rows(entry: Mapping[str, Any], key: str) -> list[Any]:
    value = entry.get(key)
    return value if isinstance(value, list) else []


def _gradescope_owners(entry: Mapping[str, Any]) -> tuple[Owner, ...]:
    """Return the submitters; none of them if one has no identifier."""
    owners = []
    for submitter in _rows(entry, ":submitters"):
        if isinstance(submitter, dict):
            values = (("email", submitter.get(":email")), ("sid", submitter.get(":sid")))
            named = tuple((kind, str(value)) for kind, value in values if value not in (None, ""))
            owners.append(Owner(named, str(submitter.get(":name") or "")))
    return tuple(owners) if all(owner.identifiers for owner in owners) else ()


_TIMESTAMP = "timestamp.txt"
_INBOUND = re.compile(
    r"(?P<student>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>[^+]+)(\+.*)?", re.DOTALL
)
_MAX_TIMESTAMP = 1 << 10


def read_nbgrader(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each student for one assignment."""
    # What stands deeper than the first folder below those around all files, a student named.
    parents = [str(file.parent) for file in export.files]
    depth = len(PurePosixPath(posixpath.commonpath(parents)).parts) if parents else 0
    works = {file: _nbgrader_work(file, depth) for file in export.files}
    names = sorted({work.assignment for work in works.values() if work is not None})
    if not wanted.assignment and len(names) > 1:
        listed = ", ".join(map(short, names[:12]))
        raise BadInputError(f"there are several assignments: choose with `--assignment`: {listed}")
    times: dict[PurePosixPath, datetime | None] = {}
    stamps = [file for file, work in works.items() if work and file.name == _TIMESTAMP]
    for file, read in export.each(stamps):
        text = read(_MAX_TIMESTAMP).decode("utf-8", "replace")
        times[file.parent] = read_moment(text, wanted.zone)
    reading = Reading()
    for file, work in works.items():
        if work is None:
            reading.unmatched[file] = "it is not in submitted/STUDENT/ASSIGNMENT"
        elif work.assignment == (wanted.assignment or names[0]) and file.name != _TIMESTAMP:
            owner = Owner((("student", work.student), ("username", work.student)))
            submitted = times.get(work.folder) or read_moment(work.time, wanted.zone)
            inner = file.relative_to(work.folder)
            reading.found.append(HandedIn(file, inner, (owner,), str(work.folder), submitted))
    return reading


class _Work(NamedTuple):
    """Student, assignment and time in the folders around a file, and the last of these folders."""

    student: str
    assignment: str
    time: str
    folder: PurePosixPath


def _nbgrader_work(file: PurePosixPath, depth: int) -> _Work | None:
    parts = file.parts
    ours = parts[: depth + 1]
    attempts = parts[: depth + 2] if ours[-1] == "inbound" else ours
    for index, part in enumerate(attempts[: len(parts) - 1], start=1):
        if match := _INBOUND.fullmatch(part):
            folder = PurePosixPath(*parts[:index])
            return _Work(match["student"], match["assignment"], match["time"], folder)
    start = ours.index("submitted") + 1 if "submitted" in ours else 0
    if len(parts) < start + 3:
        return None
    return _Work(parts[start], parts[start + 1], "", PurePosixPath(*parts[: start + 2]))


def read_folders(export: Export, wanted: Wanted) -> Reading:
    """Return the files of folders, files and zips that are named by an identifier."""
    reading = Reading()
    kinds = (GROUP_ID, GROUP) if wanted.is_team_work else tuple(COLUMNS)
    for file in export.files:
        folder, *inner = file.parts
        key = folder if inner else archive_stem(file) if is_archive(file) else file.stem
        owner = Owner(tuple((kind, key) for kind in kinds))
        path = PurePosixPath(*(inner or file.parts))
        reading.found.append(HandedIn(file, path, (owner,)))
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
