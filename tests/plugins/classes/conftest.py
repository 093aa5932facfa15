"""Synthetic exports of learning systems, made after the layouts that these systems write."""

import zipfile

import pytest
from grading_fixtures import *  # noqa: F403
from postgresql import postgresql

from plugins.classes.collecting.export import Export, Wanted
from plugins.classes.runs.store import Store


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
        result = reader(Export(path, notes.append), Wanted(**wanted))
        result.notes += notes
        return result

    return read


@pytest.fixture
def identified():
    """`identified(reading)`: (identifiers, path in the submission) of each file, sorted."""

    def identified(found):
        owners = ((item, "+".join(i[0][1] for i in [o.identifiers for o in item.owners]))
                  for item in found.found)  # fmt: skip
        return sorted((key, str(item.inner)) for item, key in owners)

    return identified


@pytest.fixture(scope="session")
def postgresql_server():
    """A PostgreSQL server for all tests."""
    with postgresql() as server:
        if server is None:
            pytest.skip("PostgreSQL is not installed: `apt-get install postgresql`")
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Where an empty store can be, for each database."""
    if request.param == "sqlite":
        return str(tmp_path / "results.sqlite")
    psycopg = pytest.importorskip("psycopg")
    server = request.getfixturevalue("postgresql_server")
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return server.url


@pytest.fixture
def store(place):
    """An empty store, in each database."""
    with Store(place) as opened:
        yield opened
