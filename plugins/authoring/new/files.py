"""Writing of new files from templates; nothing that exists is overwritten."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Sequence
from keyword import iskeyword
from pathlib import Path
from string import Template

from framework.errors import BadInputError, ConflictError

TEMPLATES = Path(__file__).parent / "templates"

#: The form of the names of plugins and courses: pip, Python and gradus can use them.
NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
#: Folders of a plugin or a course that are not its package.
_WRITTEN = ("exercises", "solutions", "tests")


def new_package(name: str, what: str, folder: Path) -> str:
    """Return the name of the package of the new plugin or course `name`."""
    module = name.replace("-", "_")
    if not NAME.fullmatch(name) or iskeyword(module):
        raise BadInputError(
            f"'{name}' cannot name a {what}: expected lower-case letters and digits, with single - "
            "or _ between, and no word of Python's own, as in week3"
        )
    spec = importlib.util.find_spec(module)
    if module in _WRITTEN or (spec is not None and spec.origin is not None):  # else a folder
        raise ConflictError(
            f"there is a package '{module}' already, which the {what}'s would hide or be hidden "
            "by: choose another name"
        )
    if folder.exists() or folder.is_symlink():
        raise ConflictError(f"{folder} exists: choose another folder")
    return module


def write_files(folder: Path, template: str, **values: str) -> list[Path]:
    """Write the files of the folder `template` into `folder`, all or none; return their paths.

    In paths, the names of `values` in capitals stand for the values.
    """
    files: dict[Path, str] = {}
    for file in sorted((TEMPLATES / template).rglob("*.txt")):
        name = file.relative_to(TEMPLATES / template).as_posix().removesuffix(".txt")
        for key, value in values.items():
            name = name.replace(key.upper(), value)
        files[folder / name] = Template(file.read_text("utf-8")).substitute(values)
    for path in files:
        if path.exists():
            raise ConflictError(f"{path} exists: nothing was written")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    return list(files)


def quoted(folder: Path) -> str:
    """Return `folder` for a shell; a plain name gets ``./``, so that it is no module."""
    return shlex.quote(folder.as_posix() if folder.is_absolute() else f"./{folder.as_posix()}")


def columns(rows: Sequence[tuple[str, str]]) -> str:
    """Return commands or files and their purposes as lines in two columns."""
    width = max(len(what) for what, _ in rows)
    return "\n".join(f"  {what:<{width}}  {purpose}".rstrip() for what, purpose in rows)
