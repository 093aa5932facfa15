"""Zip archives from strangers, read in memory: nothing of them is ever unpacked by its own name."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

from framework.errors import BadInputError

MAX_MEMBERS = 5_000
MAX_TOTAL = 256 << 20

_FAILURES = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)


def zip_members(archive: Path, limits: Mapping[str, int]) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files in `archive` whose suffix is a key of `limits`, with their contents.

    Contents are cut one byte past the limit of their suffix, which is enough to refuse them.

    Raises:
        BadInputError: it is no zip, is encrypted or damaged, holds too much, or has a member
            whose path leaves the archive.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = opened.infolist()
            _reject_bomb(archive, infos)
            for path, info in [(_safe_path(archive, info), info) for info in infos]:
                if path.suffix in limits and not info.is_dir():
                    with opened.open(info) as stream:
                        yield path, stream.read(limits[path.suffix] + 1)
    except _FAILURES as error:
        raise BadInputError(f"{archive.name} cannot be read as a zip archive: {error}") from None


def _reject_bomb(archive: Path, infos: list[zipfile.ZipInfo]) -> None:
    total = sum(info.file_size for info in infos)
    if len(infos) > MAX_MEMBERS:
        found, limit = f"{len(infos)} files", f"{MAX_MEMBERS}"
    elif total > MAX_TOTAL:
        found, limit = f"{total >> 20} MiB of files", f"{MAX_TOTAL >> 20} MiB"
    else:
        return
    raise BadInputError(
        f"{archive.name} holds {found}, and {limit} is the limit. Zip the exercises' files alone"
    )


def _safe_path(archive: Path, info: zipfile.ZipInfo) -> PurePosixPath:
    """The member's path; a backslash separates as it does where such archives are made."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    mode = info.external_attr >> 16
    kind = stat.S_IFMT(mode)
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(info.filename).drive:
        problem = "would leave the folder it is unpacked in"
    elif kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        problem = "is a link or a device, not a file"
    elif info.flag_bits & 1:
        problem = "is encrypted"
    else:
        return path
    raise BadInputError(
        f"{archive.name} is refused: its member {info.filename!r} {problem}. Zip plain files anew"
    )
