"""`gradus kit update` replaces checks, texts and recordings, and never a student's file."""

import json
import shutil
from dataclasses import replace

import pytest

from autograder.course.kit_folder import digest, kit_of, manifest_of
from framework.errors import BadInputError, UsageError
from plugins.authoring.kits.building import write_manifest
from plugins.authoring.kits.updating import update_kit

EXERCISE = "exercises/neural_networks/activations"
MINE = f"{EXERCISE}/activations.py"


@pytest.fixture
def newer(built, tmp_path):
    """A newer kit, whose text and stub have changed; `built` is the older one."""
    root = shutil.copytree(built.place, tmp_path / "newer")
    for name in (f"{EXERCISE}/README.md", MINE, "kit/stubs/activations.py"):
        file = root / name
        file.write_text(file.read_text("utf-8") + "\n# newer\n", "utf-8")
    renew(root)
    return root


def renew(root):
    """Let the manifest have the digests of the files that are there."""
    kit = kit_of(root)
    write_manifest(replace(kit, files={name: digest(root / name) for name in kit.files}))


def test_texts_checks_and_an_untouched_stub_are_replaced(kit_root, newer, tmp_path):
    write_manifest(replace(kit_of(newer), course="f" * 64, version="0.2"))
    tests = kit_root / EXERCISE / "test_activations.py"
    tests.write_text("# gone", "utf-8")
    old = kit_of(kit_root)
    archive = shutil.make_archive(str(tmp_path / "new"), "zip", tmp_path, "newer")
    first, *told = update_kit(kit_root, tmp_path / archive)
    assert first == f"course cs224n 0.1 {old.course[:8]} -> cs224n 0.2 ffffffff"
    assert f"replaced {EXERCISE}/README.md" in told
    for name in (f"{EXERCISE}/README.md", f"{EXERCISE}/test_activations.py", MINE):
        assert (kit_root / name).read_bytes() == (newer / name).read_bytes()
    assert kit_of(kit_root).files == kit_of(newer).files


def test_edited_and_added_files_stay(kit_root, newer):
    own = {kit_root / MINE: "my work", kit_root / EXERCISE / "notes.md": "my notes"}
    for file, text in own.items():
        file.write_text(text, "utf-8")
    told = update_kit(kit_root, newer)
    assert {file: file.read_text("utf-8") for file in own} == own
    assert any(line.startswith(f"{MINE} is yours and stays") for line in told)


def test_a_damaged_kit_replaces_nothing(kit_root, newer):
    before = (kit_root / EXERCISE / "README.md").read_bytes()
    (newer / EXERCISE / "exercise.toml").write_text("", "utf-8")
    with pytest.raises(BadInputError, match=r"is damaged: .*exercise.toml"):
        update_kit(kit_root, newer)
    assert (kit_root / EXERCISE / "README.md").read_bytes() == before


def theirs(folder):
    """A file outside of the kit in `folder`, and its digest."""
    file = folder.parent / "outside.txt"
    file.write_text("theirs", "utf-8")
    return file, digest(file)


def a_link_to_a_folder(old, new):
    (old / EXERCISE).rename(old.parent / "elsewhere")
    (old / EXERCISE).symlink_to(old.parent / "elsewhere")
    return old, {}


def a_link_in_the_new_one(old, new):
    outside, known = theirs(old)
    (new / "README.md").unlink()
    (new / "README.md").symlink_to(outside)
    return new, {"README.md": known}


def a_stub(name):
    def added(old, new):
        (new / f"kit/stubs/{name}.py").write_text("", "utf-8")
        return new, {}

    return added


#: What changes the old kit or the new one; returns it, with further files of its manifest.
HOSTILE = {
    "outside of the old one": lambda old, new: (old, {"../outside.txt": theirs(old)[1]}),
    "outside of the new one": lambda old, new: (new, {"../outside.txt": theirs(old)[1]}),
    "absolute in the old one": lambda old, new: (old, {str(theirs(old)[0]): theirs(old)[1]}),
    "a link to a folder": a_link_to_a_folder,
    "a link in the new one": a_link_in_the_new_one,
    "a stub of no exercise": a_stub("ghost"),
    "a stub of all exercises": a_stub("*"),
    "a file of the student": lambda old, new: (new, {MINE: digest(new / MINE)}),
    "a name that no file has": lambda old, new: (new, {"a\0b": "0"}),
    "a missing file": lambda old, new: (new, {"missing.txt": ""}),
    "files of other types": lambda old, new: (new, {"README.md": 5}),
    "no files": lambda old, new: (new, None),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_manifest_changes_nothing(hostile, kit_root, newer):
    """Neither the old kit nor the new one makes the update touch other files, nor a student's."""
    (kit_root / MINE).write_text("mine", "utf-8")
    changed, files = hostile(kit_root, newer)
    table = json.loads(manifest_of(changed).read_text("utf-8"))
    table["files"] = None if files is None else table["files"] | files
    manifest_of(changed).write_text(json.dumps(table), "utf-8")
    before = state(kit_root.parent)
    with pytest.raises(BadInputError, match=r"is damaged|outside of the kit"):
        update_kit(kit_root, newer)
    assert state(kit_root.parent) == before


def state(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_only_kits_are_updated_and_only_from_kits(kit_root, tmp_path, real_course):
    with pytest.raises(UsageError, match="is no student kit"):
        update_kit(real_course.root, kit_root)
    with pytest.raises(UsageError, match="is no student kit"):
        update_kit(kit_root, real_course.root)
    (tmp_path / "x.zip").write_text("no zip")
    with pytest.raises(BadInputError, match="is no kit that can be read"):
        update_kit(kit_root, tmp_path / "x.zip")


def test_a_kit_of_another_course_is_refused(kit_root, newer):
    write_manifest(replace(kit_of(newer), name="other"))
    with pytest.raises(UsageError, match="a kit of the course 'cs224n', and the other one of 'oth"):
        update_kit(kit_root, newer)
