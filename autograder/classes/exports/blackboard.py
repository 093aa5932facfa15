"""Blackboard's "Download assignment file": flat names with username and time of the attempt."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath

from autograder.classes.exports.export import Export
from autograder.classes.exports.handed_in import HandedIn, Owner, Reading, Wanted
from autograder.classes.rosters.identifiers import folded
from autograder.classes.rosters.moments import read_moment

#: The word before the date is in the language of the site: it is not compared. The first date is
#: that of the attempt: what follows it is a name that the student chose.
_DATE = r"(?P<date>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)"
_ATTEMPT = re.compile(rf"(?P<owner>.+?)_(?P<word>[^\W\d_]+)_{_DATE}(?P<rest>\.txt|_.+)", re.DOTALL)
_NAME = re.compile(
    r"^[^\n:]+:[ \t]*(?P<name>[^\n]*?)[ \t]*\((?P<user>[^()\n]+)\)\s*$", re.MULTILINE
)
_FILES = re.compile(
    r"^\s*[^\n:]+:[ \t]*(?P<original>[^\n]+)\n\s*[^\n:]+:[ \t]*(?P<stored>[^\n]+)$", re.MULTILINE
)
MAX_INFO = 1 << 20


def read_blackboard(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each attempt; the text file beside them names the user."""
    reading = Reading()
    attempts: dict[tuple[str, str], list[tuple[PurePosixPath, str]]] = defaultdict(list)
    for file in export.files:
        match = _ATTEMPT.fullmatch(file.name)
        if match is None:
            reading.unmatched[file] = "its name is not ASSIGNMENT_USERNAME_attempt_DATE_FILE"
        else:
            attempts[match["owner"], match["date"]].append((file, match["rest"]))
    for (owner, date), files in attempts.items():
        _add(reading, export, wanted, (owner, date), files)
    return reading


def _add(
    reading: Reading,
    export: Export,
    wanted: Wanted,
    attempt: tuple[str, str],
    files: list[tuple[PurePosixPath, str]],
) -> None:
    """Add the files of one attempt."""
    info = next((export.text(file, MAX_INFO) for file, rest in files if rest == ".txt"), "")
    name = _NAME.search(info)
    owner = _owner(attempt[0], name, wanted)
    if owner is None:
        reason = "no text file of the attempt names its user"
        reading.unmatched.update(dict.fromkeys((file for file, _ in files), reason))
        return
    originals = _originals(info)
    submitted = read_moment(attempt[1], wanted.zone)
    for file, rest in files:
        if rest != ".txt":
            inner = PurePosixPath(originals.get(file.name, rest[1:]).replace("\\", "/"))
            reading.found.append(HandedIn(file, inner, (owner,), attempt[1], submitted))


def _owner(text: str, name: re.Match[str] | None, wanted: Wanted) -> Owner | None:
    """Return the user: of the text file, if the file's name agrees; or a known user."""
    if name is not None and folded(text).endswith(f"_{folded(name['user'])}"):
        return Owner((("username", name["user"]),), name["name"])
    known = (one for one in wanted.known("username") if folded(text).endswith(f"_{one}"))
    user = max(known, key=len, default="")  # a user's name may have underscores
    return Owner((("username", user),)) if user else None


def _originals(info: str) -> Mapping[str, str]:
    """Return stored name -> original name."""
    files = info[info.rfind("\n\n") :] if "\n\n" in info else info
    return {one["stored"].strip(): one["original"].strip() for one in _FILES.finditer(files)}
