"""Canvas's "Download submissions": flat names with the user's number, also for anonymous grading.

The second number in a name is that of the attachment. It grows, so that of two versions of one
file the higher one is the newer.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from autograder.classes.exports.export import Export
from autograder.classes.exports.handed_in import HandedIn, Owner, Reading, Wanted

_ANONYMOUS = re.compile(r"(?P<late>LATE_)?anon_(?P<user>[^_]+)_(?P<file>\d+_.+)", re.DOTALL)
_FILE = re.compile(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>\d+_.+)", re.DOTALL)
_TEXT = re.compile(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>(text|link)\.html)")


def read_canvas(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each user; a group has the number of one of its members."""
    reading = Reading()
    is_anonymous = bool(export.files) and all(_ANONYMOUS.fullmatch(f.name) for f in export.files)
    kind = "anonymous" if is_anonymous else "canvas"
    for file in sorted(export.files, key=lambda one: _attachment(one, is_anonymous)):
        match = _matched(file.name, is_anonymous)
        if match is None:
            reading.unmatched[file] = "its name is not NAME_USER_ATTACHMENT_FILE"
            continue
        owner = Owner(((kind, match["user"]),), match.groupdict().get("name") or "")
        name = match["file"] if match.re is _TEXT else match["file"].partition("_")[2]
        inner = PurePosixPath(name)
        reading.found.append(HandedIn(file, inner, (owner,), is_late=match["late"] is not None))
    return reading


def _matched(name: str, is_anonymous: bool) -> re.Match[str] | None:
    if is_anonymous:
        return _ANONYMOUS.fullmatch(name)
    return _FILE.fullmatch(name) or _TEXT.fullmatch(name)


def _attachment(file: PurePosixPath, is_anonymous: bool) -> int:
    """Return the number of the attachment; 0 without one."""
    match = _matched(file.name, is_anonymous)
    number = match["file"].partition("_")[0] if match is not None else ""
    return int(number) if number.isascii() and number.isdecimal() else 0
