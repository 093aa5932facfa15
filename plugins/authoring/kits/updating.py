"""Updates a kit: replaces checks, texts and recordings, and never a file that a student edits."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from autograder.course.kit_folder import Kit, digest, kit_of, manifest_of
from autograder.course.reading import QUESTIONS
from autograder.reports.wording import counted
from framework.errors import BadInputError, UsageError

#: Maximum size of an unpacked kit, in bytes.
MAX_BYTES = 512 << 20


def update_kit(root: Path, source: Path) -> list[str]:
    """Replace the files of the kit at `root` by those of the kit `source`; return what was done.

    An unedited stub is replaced too. Files that neither kit knows stay.
    """
    old = kit_of(root)
    if old is None:
        raise UsageError(
            f"{root} is no student kit: change into the kit's folder, or name it with "
            "`--course DIR`"
        )
    with _opened(source) as folder:
        new = kit_of(folder)
        if new is None:
            raise UsageError(f"{source} is no student kit: expected kit/manifest.json in it")
        if old.name != new.name:
            raise UsageError(
                f"{root} is a kit of the course '{old.name}', and the other one of '{new.name}': "
                "unpack it into a folder of its own"
            )
        _require_whole(new, source)
        return _updated(old, new)


@contextmanager
def _opened(source: Path) -> Iterator[Path]:
    """Yield the folder of a kit; a zip is unpacked meanwhile."""
    if source.is_dir():
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="gradus-kit-") as folder:
        try:
            with zipfile.ZipFile(source) as archive:
                if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                    raise BadInputError(
                        f"{source} holds more than {MAX_BYTES >> 20} MiB: no kit does"
                    )
                archive.extractall(folder)  # names outside of `folder` are changed by zipfile
        except (OSError, zipfile.BadZipFile, RuntimeError) as error:
            raise BadInputError(f"{source} is no kit that can be read: {error}") from None
        inside = [manifest.parents[1] for manifest in Path(folder).glob("*/kit/manifest.json")]
        yield inside[0] if inside else Path(folder)


def _require_whole(new: Kit, source: Path) -> None:
    """Refuse a kit whose files are not those of its manifest, or are a student's to edit."""
    for name, expected in new.files.items():
        if not expected or digest(_inside(new.root, name)) != expected:
            raise BadInputError(f"{source} is damaged: {name} is not the file of its manifest")
    edited = {_place_of(new, stub) for stub in _stubs(new)}
    if listed := sorted(edited & new.files.keys()):
        raise BadInputError(f"{source} is damaged: {listed[0]} is a file that students edit")


def _inside(root: Path, name: str) -> Path:
    """Return the file `name` of the kit at `root`; an error if it lies outside, or is a link."""
    pure, path = PurePosixPath(name), root / name
    try:
        is_inside = path.resolve().is_relative_to(root.resolve()) and not path.is_symlink()
    except (OSError, ValueError) as error:  # too long, or with a null byte
        raise BadInputError(f"{root} is damaged: {name[:80]!r} names no file ({error})") from None
    if pure.is_absolute() or ".." in pure.parts or not is_inside:
        raise BadInputError(f"{root} names a file outside of the kit: {name}")
    return path


def _updated(old: Kit, new: Kit) -> list[str]:
    names = {*old.files, *new.files}
    places = {name: _inside(old.root, name) for name in names}  # all of them, before any change
    replaced = [name for name in new.files if digest(places[name]) != new.files[name]]
    fresh, kept = [], []
    for stub in _stubs(new):
        target, before = _place_of(new, stub), old.stub(stub.stem, stub.suffix)
        mine = _inside(old.root, target)
        if not mine.exists() or digest(mine) == digest(before):
            fresh.append((stub, mine))
        elif digest(stub) != digest(before):
            kept.append(target)
    for stub, mine in fresh:
        _copy(stub, mine)
    for name in replaced:
        _copy(new.root / name, old.root / name)
    gone = [name for name in old.files if name not in new.files]
    for name in gone:
        if digest(old.root / name) == old.files[name]:  # an edited file stays
            places[name].unlink()
    _copy(manifest_of(new.root), manifest_of(old.root))
    count = counted(len(replaced), "file")
    return [
        *([f"course {old.label} -> {new.label}"] if old.course != new.course else []),
        *(f"replaced {name}" for name in replaced),
        *(f"removed {name}" for name in gone),
        *(f"{name} is yours and stays; its stub has changed: see kit/stubs" for name in kept),
        f"{old.root} is up to date: replaced {count}, yours are untouched.",
    ]


def _stubs(kit: Kit) -> list[Path]:
    return sorted((kit.root / "kit" / "stubs").iterdir())


def _place_of(kit: Kit, stub: Path) -> str:
    """Return the path in the kit of the file that a student edits."""
    folders = (kit.root / "exercises").glob("*/*")
    own = [folder for folder in folders if folder.name == stub.stem]
    if len(own) != 1:
        raise BadInputError(
            f"{kit.root} is damaged: kit/stubs/{stub.name} belongs to {len(own)} exercises, not 1"
        )
    name = stub.name if stub.suffix == ".py" else QUESTIONS
    return (own[0] / name).relative_to(kit.root).as_posix()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, aside)
    aside.replace(target)
