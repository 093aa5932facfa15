"""The readers of exports, by the names that ``--as`` takes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from autograder.classes.exports.blackboard import read_blackboard
from autograder.classes.exports.canvas import read_canvas
from autograder.classes.exports.export import Export
from autograder.classes.exports.github import read_github
from autograder.classes.exports.gradescope import read_gradescope
from autograder.classes.exports.handed_in import HandedIn, Owner, Reader, Reading, Wanted
from autograder.classes.exports.moodle import read_moodle
from autograder.classes.exports.nbgrader import read_nbgrader
from autograder.classes.rosters.identifiers import COLUMNS
from autograder.classes.rosters.roster import GROUP, GROUP_ID
from framework.errors import UnknownNameError


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
