"""Writing of new files from templates; nothing that exists is overwritten."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator, Sequence
from keyword import iskeyword
from pathlib import Path
from string import Template

from framework.errors import BadInputError, ConflictError

TEMPLATES = Path(__file__).parent / "templates"

#: The form of the names of plugins and courses: pip, Python and gradus can use them.
NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


def require_new_folder(folder: Path) -> None:
    """Raise an error if `folder` exists.

    Raises:
        ConflictError: it does.
    """
    if folder.exists() or folder.is_symlink():
        raise ConflictError(f"{folder} exists: choose another folder")


def require_name(name: str, what: str) -> str:
    """Return the name of the package of the plugin or course `name`.

    Args:
        what: ``plugin`` or ``course``, for messages.

    Raises:
        BadInputError: pip, Python or gradus cannot use `name`.
        ConflictError: the package would hide another one, or be hidden by it.
    """
    module = name.replace("-", "_")
    if not NAME.fullmatch(name) or iskeyword(module):
        raise BadInputError(
            f"'{name}' cannot name a {what}: expected lower-case letters and digits, with single - "
            "or _ between, and no word of Python's own, as in week3"
        )
    if _is_installed(module):
        raise ConflictError(
            f"there is a package '{module}' already, which the {what}'s would hide or be hidden "
            "by: choose another name"
        )
    return module


def _is_installed(module: str) -> bool:
    """Return whether `module` can be imported; a folder of that name does not count."""
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.origin is not None


def rendered(template: str, **values: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file of the folder `template`.

    In paths, the names of `values` in capitals stand for the values.
    """
    folder = TEMPLATES / template
    for file in sorted(folder.rglob("*.txt")):
        path = file.relative_to(folder).as_posix().removesuffix(".txt")
        for key, value in values.items():
            path = path.replace(key.upper(), value)
        yield path, Template(file.read_text("utf-8")).substitute(values)


def write_files(folder: Path, template: str, **values: str) -> list[Path]:
    """Write the files of `template` into `folder`, and return their paths.

    Raises:
        ConflictError: one of them exists; none is written.
    """
    files = {folder / path: text for path, text in rendered(template, **values)}
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
