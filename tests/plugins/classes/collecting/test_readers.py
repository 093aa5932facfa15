"""Every reader finds owners by identifiers, and lists each file that it does not know."""

import os
from datetime import UTC, datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest
from repository import text_of

from framework.errors import BadInputError, UsageError
from plugins.classes.collecting.export import Export
from plugins.classes.collecting.readers import (
    read_blackboard,
    read_canvas,
    read_folders,
    read_gradescope,
    read_moodle,
    read_nbgrader,
)

GOOD = "x = 1\n"
CHINESE, QUOTED = "王小明", 'O\'Brien "Zoë"'
RIGHT_TO_LEFT = "\u202bדנה כהן\u202c"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("name", ["Ana García", CHINESE, QUOTED, RIGHT_TO_LEFT, "A-1", "", " "])
@pytest.mark.parametrize("form", ["{}/{}", "{}_/{}", "{}_{}"])
def test_moodle_joins_by_the_number_in_folders_and_flat_names(
    name, form, write_zip, reading, identified
):
    folder = form.format(f"{name}_1007_assignsubmission_file", "lab1.py")
    result = reading(read_moodle, write_zip("lab1-42.zip", {folder: GOOD}))
    assert identified(result) == [("1007", "lab1.py")]
    assert result.found[0].owners[0].identifiers == (("participant", "1007"),)


def test_moodle_keeps_folders_and_leading_underscores_of_a_student(write_zip, reading, identified):
    path = "Bo Li_12_assignsubmission_file/src/_init.py"
    result = reading(read_moodle, write_zip("a.zip", {path: GOOD, f"wrapped/{path}": GOOD}))
    assert identified(result) == [("12", "src/_init.py")] * 2


def test_moodle_reads_groups_by_number_or_name(write_zip, reading):
    files = {
        "Team Blue_31_assignsubmission_file/a.py": GOOD,
        "Default group_assignsubmission_file/b.py": GOOD,
    }
    result = reading(read_moodle, write_zip("a.zip", files), is_team_work=True)
    identifiers = [item.owners[0].identifiers for item in result.found]
    assert identifiers == [
        (("group_id", "31"), ("group", "Team Blue")),
        (("group", "Default group"),),
    ]
    alone = reading(read_moodle, write_zip("a.zip", files))
    assert [str(file) for file in alone.unmatched] == ["Default group_assignsubmission_file/b.py"]


def test_moodle_lists_what_is_no_submission(write_zip, reading):
    result = reading(read_moodle, write_zip("a.zip", {"readme.txt": "", "__MACOSX/._x": ""}))
    assert (result.found, [str(f) for f in result.unmatched]) == ([], ["readme.txt"])


CANVAS = {
    "garcíalópezana_LATE_4182_99120_lab1.py": ("4182", "lab1.py", True),
    "libo_4190_99131_lab_1_2.py": ("4190", "lab_1_2.py", False),
    "libo_4190_text.html": ("4190", "text.html", False),
    "王小明_4191_99140_lab 1-2.py": ("4191", "lab 1-2.py", False),
    "x_LATE_4192_link.html": ("4192", "link.html", True),
}


def test_canvas_joins_by_the_user_and_not_by_the_attachment(write_zip, reading):
    result = reading(read_canvas, write_zip("c.zip", {**dict.fromkeys(CANVAS, GOOD), "notes": ""}))
    read = {
        str(item.file): (item.owners[0].identifiers[0][1], str(item.inner), item.is_late)
        for item in result.found
    }
    assert read == CANVAS
    assert [str(file) for file in result.unmatched] == ["notes"]


def test_canvas_is_anonymous_only_if_every_file_is(write_zip, reading):
    anonymous = {"LATE_anon_x7Kq2_99140_lab1.py": GOOD, "anon_y8_99141_lab1.py": GOOD}
    result = reading(read_canvas, write_zip("a.zip", anonymous))
    assert [(o.owners[0].identifiers[0], o.is_late) for o in result.found] == [
        (("anonymous", "x7Kq2"), True),
        (("anonymous", "y8"), False),
    ]
    mixed = {"anon_77_99141_lab1.py": GOOD, "libo_4190_99131_lab1.py": GOOD}
    result = reading(read_canvas, write_zip("b.zip", mixed))
    assert [item.owners[0].identifiers[0] for item in result.found] == [
        ("canvas", "4190"),
        ("canvas", "77"),
    ]


METADATA = text_of("texts/readers/metadata.txt")


def test_gradescope_reads_all_submitters_and_the_time(write_folder, reading):
    files = {
        "submission_metadata.yml": METADATA,
        "submission_9001/src/lab1.py": GOOD,
        "submission_9002/lab1.py": GOOD,
        "submission_9003/lab1.py": GOOD,
    }
    export = write_folder("e", {f"assignment_321_export/{n}": text for n, text in files.items()})
    result = reading(read_gradescope, export)
    (first,) = result.found
    assert [owner.identifiers for owner in first.owners] == [
        (("email", "ana@uni.example"), ("sid", "007")),
        (("email", "wang@uni.example"),),
    ]
    assert (str(first.inner), first.submitted) == ("src/lab1.py", at("2026-03-02T10:15:00"))
    assert sorted(file.parent.name for file in result.unmatched) == [
        "submission_9002",
        "submission_9003",
    ]
    assert result.notes == [
        "1 submissions have earlier attempts, whose files Gradescope does not export"
    ]


DAMAGED = ["[", "- 1", "a: &x [1]\nb: *x", "!!python/object:os.system {}"]
OF_A_STUDENT = "submission_1/submission_metadata.yml"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        *(({"submission_metadata.yml": text}, "submission_metadata") for text in DAMAGED),
        ({"submission_1/a.py": GOOD}, "export the submissions once more"),
        ({OF_A_STUDENT: METADATA, "submission_2/a.py": GOOD}, "not beside the submissions"),
    ],
)
def test_gradescope_refuses_metadata_that_no_export_has(files, message, write_folder, reading):
    with pytest.raises(BadInputError, match=message):
        reading(read_gradescope, write_folder("e", files))


INFO = text_of("texts/readers/info.txt")


def test_blackboard_reads_user_and_original_name_from_the_text_file(write_zip, reading):
    start = "Lab 1_a_garcia_poging_2026-03-02-10-15-00"
    again = "Lab 1_a_garcia_poging_2026-03-03-10-15-00"
    files = {
        f"{start}.txt": INFO,
        f"{start}_my lab.py": GOOD,
        f"{again}.txt": INFO.replace("03-02-10", "03-03-10"),
        f"{again}_my lab.py": GOOD,
        "other.txt": "",
        "Lab 1_bo_attempt_2026-03-02-10-15-00_x.py": GOOD,
    }
    berlin = ZoneInfo("Europe/Berlin")
    result = reading(read_blackboard, write_zip("b.zip", files), zone=berlin)
    assert [(o.owners[0].identifiers[0], str(o.inner), o.submitted) for o in result.found] == [
        (("username", "a_garcia"), "my lab.py", at("2026-03-02T09:15:00")),
        (("username", "a_garcia"), "my lab.py", at("2026-03-03T09:15:00")),
    ]
    assert [str(file) for file in result.unmatched] == [
        "other.txt",
        "Lab 1_bo_attempt_2026-03-02-10-15-00_x.py",
    ]


def test_blackboard_is_read_in_german(write_zip, reading):
    """The German words are invented, since no download is published: the form alone counts."""
    info = INFO
    for word, german in (("Assignment", "Übung"), ("Date", "Datum"), ("Original", "Ursprünglicher"),
                         ("Submitted", "Übermittelt"), ("Current Grade", "Note")):  # fmt: skip
        info = info.replace(word, german)
    start = "Übung 1_a_garcia_Versuch_2026-03-02-10-15-00"
    stored = INFO.rpartition(": ")[2].strip()
    info = info.replace(stored, f"{start}_my lab.py")
    files = {f"{start}.txt": info, f"{start}_my lab.py": GOOD}
    result = reading(read_blackboard, write_zip("b.zip", files), zone=ZoneInfo("Europe/Berlin"))
    (first,) = result.found
    assert first.owners[0].identifiers == (("username", "a_garcia"),)
    assert (str(first.inner), first.submitted) == ("my lab.py", at("2026-03-02T09:15:00"))


def test_blackboard_does_not_trust_a_text_file_that_names_another_user(write_zip, reading):
    start = "Lab 1_bo_attempt_2026-03-02-10-15-00"
    files = {f"{start}.txt": INFO, f"{start}_x.py": GOOD}
    result = reading(read_blackboard, write_zip("b.zip", files), known=lambda *kinds: {"bo", "o"})
    assert [item.owners[0].identifiers for item in result.found] == [(("username", "bo"),)]


def test_nbgrader_reads_the_course_tree_with_its_times(write_folder, reading, identified):
    files = {
        "submitted/ana/lab1/lab1.ipynb": "{}",
        "submitted/ana/lab1/timestamp.txt": "2026-03-02 10:15:23.948203 UTC",
        "submitted/bo/lab1/lab1.ipynb": "{}",
        "submitted/bo/lab2/lab2.ipynb": "{}",
        "gradebook.db": "",
    }
    result = reading(read_nbgrader, write_folder("c", files), assignment="lab1")
    assert identified(result) == [("ana", "lab1.ipynb"), ("bo", "lab1.ipynb")]
    assert result.found[0].submitted == at("2026-03-02T10:15:23.948203")
    assert [str(file) for file in result.unmatched] == ["gradebook.db"]
    with pytest.raises(BadInputError, match="--assignment`: lab1, lab2"):
        reading(read_nbgrader, write_folder("c", files))


def test_nbgrader_reads_every_attempt_of_the_exchange(write_folder, reading):
    times = ("2026-03-01 10:00:00.0", "2026-03-02 10:00:00.0", "2026-03-02 10:00:00.0")
    names = [f"ana+lab1+{time} UTC+{end}" for time, end in zip(times, "xyz", strict=True)]
    result = reading(read_nbgrader, write_folder("inbound", {f"{n}/lab1.py": GOOD for n in names}))
    assert [(item.version, item.submitted.day) for item in result.found] == list(
        zip(names, (1, 2, 2), strict=True)
    )


def test_folders_are_named_by_any_identifier(write_folder, reading, identified):
    files = {"ana@uni.example/a.py": GOOD, f"{CHINESE}/src/b.py": GOOD, "007.zip": "", "bo.py": "",
             "y.z.tar.gz": ""}  # fmt: skip
    result = reading(read_folders, write_folder("f", files))
    assert identified(result) == [
        ("007", "007.zip"),
        ("ana@uni.example", "a.py"),
        ("bo", "bo.py"),
        ("y.z", "y.z.tar.gz"),
        (CHINESE, "src/b.py"),
    ]


def test_an_export_is_a_folder_or_a_zip(tmp_path, reading):
    (tmp_path / "x.rar").write_bytes(b"")
    for path in (tmp_path / "x.rar", tmp_path / "missing"):
        with pytest.raises(UsageError, match="expected a folder or a"):
            reading(read_folders, path)


def test_members_that_leave_the_folder_are_refused(write_zip, reading):
    files = {"../x_1_assignsubmission_file/a.py": GOOD, "/y_2_assignsubmission_file/a.py": GOOD}
    result = reading(read_moodle, write_zip("a.zip", files))
    assert (result.found, len(result.notes)) == ([], 2)
    assert all("would leave the folder" in note for note in result.notes)


def test_a_link_hands_in_nothing_of_another(write_folder, reading, identified):
    export = write_folder("export", {"ana/rnn.py": GOOD, "bo/notes.txt": ""})
    (export / "bo/rnn.py").symlink_to("../ana/rnn.py")
    (export / "eve").symlink_to("ana")
    assert ("bo", "rnn.py") not in identified(result := reading(read_folders, export))
    assert {item.owners[0].identifiers[0][1] for item in result.found} == {"ana", "bo"}


@pytest.mark.parametrize(
    "time", ["0001-01-01 00:00:00 +1400", "9999-12-31T23:59:59-14:00", "9999-12-31", "x"]
)
def test_a_time_that_a_student_invents_is_no_time(time, write_folder, reading):
    files = {"submitted/ana/lab1/lab1.py": GOOD, "submitted/ana/lab1/timestamp.txt": time}
    (first,) = reading(read_nbgrader, write_folder("e", files), zone=ZoneInfo("Asia/Tokyo")).found
    assert first.submitted is None


@pytest.mark.parametrize("entry", [":submitters: 3", ":submitters: [3]", ":history: 4"])
def test_entries_of_another_form_belong_to_no_student(entry, write_folder, reading):
    files = {
        "submission_metadata.yml": f"submission_1:\n  {entry}\n",
        "submission_1/activations.py": GOOD,
    }
    assert len(reading(read_gradescope, write_folder("e", files)).unmatched) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")
@pytest.mark.parametrize("part", ["a/lab1.py", "a"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_becomes_a_link_or_a_pipe_meanwhile_is_not_read(part, kind, write_folder):
    folder = write_folder("e", {"a/lab1.py": GOOD, "b/lab1.py": "of another student"})
    export = Export(folder, pytest.fail)
    changed = folder / part
    changed.rename(folder / "c")
    if kind == "link":
        changed.symlink_to(folder / part.replace("a", "b", 1))
    else:
        os.mkfifo(changed)
    ((_, read),) = export.each([PurePosixPath("a/lab1.py")])
    with pytest.raises(BadInputError, match=r"lab1\.py (was replaced|cannot be read)"):
        read(99)
