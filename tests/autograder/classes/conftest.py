"""Synthetic exports of learning systems, made after the layouts that these systems write."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime

import pytest

from autograder.classes.exports.export import Export
from autograder.classes.exports.handed_in import Wanted

GOOD = "def softmax(z):\n    return z\n"
CHINESE, QUOTED = "王小明", 'O"Brien, Zoë'
#: A name that is shown from right to left, between marks of direction.
RIGHT_TO_LEFT = "\u202bדנה כהן\u202c"


@pytest.fixture
def write_zip(tmp_path):
    """`write_zip("x.zip", {name: text})`: the path of a zip with these files."""

    def write(name, files):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for file, content in files.items():
                archive.writestr(file, content)
        return tmp_path / name

    return write


@pytest.fixture
def write_folder(tmp_path):
    """`write_folder("x", {name: text})`: the path of a folder with these files."""

    def write(name, files):
        for file, content in files.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / name

    return write


@pytest.fixture
def reading():
    """`reading(reader, path, ...)`: what a reader finds in an export."""

    def read(reader, path, **wanted):
        notes = []
        found = reader(Export(path, notes.append), Wanted(**wanted))
        found.notes += notes
        return found

    return read


@pytest.fixture
def identified():
    """`identified(reading)`: (identifiers, path in the submission) of each file, sorted."""

    def identified(found):
        owners = ((one, "+".join(i[0][1] for i in [o.identifiers for o in one.owners]))
                  for one in found.found)  # fmt: skip
        return sorted((key, str(one.inner)) for one, key in owners)

    return identified


def at(text):
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
