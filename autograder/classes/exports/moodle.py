"""Moodle's "Download all submissions": folders, or flat names; groups; blind marking.

The number in a name is the participant number of this assignment, which the grading worksheet
calls ``Participant 1007``. In a group assignment, it is the number of the group.

Students choose the names of files, and some of them their display names. A name that holds two
numbers of participants belongs to neither.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from autograder.classes.exports.export import Export
from autograder.classes.exports.handed_in import HandedIn, Owner, Reading, Wanted
from autograder.classes.rosters.roster import GROUP, GROUP_ID

_NAME = re.compile(
    r"(?P<name>[^/]*?)(?:_(?P<number>\d+))?_assignsubmission_(?P<plugin>[a-z]+)"
    r"(?P<end>_?/|_)(?P<inner>.+)",
    re.DOTALL,
)
_MARK = re.compile(r"_assignsubmission_[a-z]+(?:[_/]|$)")


def read_moodle(export: Export, wanted: Wanted) -> Reading:
    """Return the files of each participant, or of each group."""
    reading = Reading()
    for file in export.files:
        match = _matched(file)
        if match is None:
            reading.unmatched[file] = "its name is not NAME_NUMBER_assignsubmission_file/..."
        elif _is_ambiguous(match):
            reading.unmatched[file] = "its name names two participants"
        elif (owner := _owner(match, wanted)) is None:
            reading.unmatched[file] = "its name has no number: with groups, add `--teams`"
        else:
            reading.found.append(HandedIn(file, PurePosixPath(match["inner"]), (owner,)))
    return reading


def _matched(file: PurePosixPath) -> re.Match[str] | None:
    """Return the match of `file`, also below folders of any name."""
    parts = file.parts
    tails = ("/".join(parts[start:]) for start in range(len(parts)))
    return next(filter(None, map(_NAME.fullmatch, tails)), None)


def _is_ambiguous(match: re.Match[str]) -> bool:
    """Return whether a second participant is named where no folder ends the name of the first."""
    flat = f"_{match['inner'].partition('/')[0]}/"
    return "/" not in match["end"] and _MARK.search(flat) is not None


def _owner(match: re.Match[str], wanted: Wanted) -> Owner | None:
    name, number = match["name"], match["number"]
    if not wanted.is_team_work:
        return Owner((("participant", number),), name) if number else None
    by_number = ((GROUP_ID, number),) if number else ()
    return Owner((*by_number, (GROUP, name)), name)
