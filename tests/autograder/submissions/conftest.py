"""Modules of notebooks, and archives."""

import io
import tarfile
import zipfile

import pytest

from autograder.submissions.notebook_module import notebook_module
from autograder.submissions.notebooks import read_notebook


@pytest.fixture
def module_of(make_notebook):
    """`module_of(*cells)`: their module, for the task f."""

    def read(*cells):
        return notebook_module(read_notebook(make_notebook(*cells), "n.ipynb"), ("f",))

    return read


@pytest.fixture
def run(module_of):
    """`run(*cells)`: the names that their module for the task f has."""

    def run(*cells):
        names = {}
        exec(module_of(*cells).source, names)
        return names

    return run


@pytest.fixture
def packed(tmp_path):
    """`packed(name, {member: bytes})`: an archive of these members."""

    def packed(name, files):
        location = tmp_path / name
        if name.endswith(".zip"):
            with zipfile.ZipFile(location, "w", zipfile.ZIP_DEFLATED) as archive:
                for member, data in files.items():
                    archive.writestr(member, data)
            return location
        with tarfile.open(location, "w:gz" if name.endswith("gz") else "w") as archive:
            for member, data in files.items():
                info = tarfile.TarInfo(member)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return location

    return packed
