"""Names that students choose, of files, folders and themselves, name no other student as owner."""

import pytest

from plugins.classes.collecting.readers import read_blackboard, read_moodle, read_nbgrader

GOOD = "x = 1\n"
START = "Lab 1_mallory_attempt_2026-03-05-10-00-00"
INFO = "Name: Bo Li (bo)\nAssignment: Lab 1\n"


@pytest.mark.parametrize("user", ["bo", "mallory"])
def test_a_date_in_the_name_of_a_file_is_not_that_of_the_attempt(user, write_zip, reading):
    forged = f"{START}_{user}_attempt_2020-01-01-00-00-00"
    files = {
        f"{START}.txt": "Name: Mallory (mallory)\nAssignment: Lab 1\n",
        f"{forged}.txt": INFO,
        f"{forged}_rnn.py": GOOD,
        f"{START}_rnn.py": GOOD,
    }
    known = {"known": lambda *kinds: {"bo", "mallory"}}
    result = reading(read_blackboard, write_zip("b.zip", files), **known)
    assert {item.owners[0].identifiers for item in result.found} == {(("username", "mallory"),)}
    assert {item.version for item in result.found} == {"2026-03-05-10-00-00"}
    assert f"{user}_attempt_2020-01-01-00-00-00_rnn.py" in {str(o.inner) for o in result.found}


@pytest.mark.parametrize(
    "inner",
    [
        "bo+lab1+2020-01-01 00:00:00.0 UTC+x/lab1.py",
        "submitted/bo/lab1/lab1.py",
        "a/submitted/bo/lab1/lab1.py",
        "inbound/bo+lab1+2020-01-01 00:00:00.0 UTC+x/lab1.py",
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        "{}/lab1",
        "submitted/{}/lab1",
        "course/submitted/{}/lab1",
        "{}+lab1+2026-03-01 10:00:00.0 UTC+x",
        "inbound/{}+lab1+2026-03-01 10:00:00.0 UTC+x",
    ],
)
@pytest.mark.parametrize("beside", [(), ("gradebook.db", "outbound/lab1.py")])
def test_folders_in_a_submission_are_no_folders_of_an_export(
    inner, place, beside, write_folder, reading, identified
):
    files = {
        f"{place.format('mallory')}/{inner}": GOOD,
        f"{place.format('ana')}/lab1.py": GOOD,
    }
    around = {f"course/{name}" if "course" in place else name: "" for name in beside}
    result = reading(read_nbgrader, write_folder("e", {**files, **around}), assignment="lab1")
    assert identified(result) == [("ana", "lab1.py"), ("mallory", inner)]


@pytest.mark.parametrize("form", ["{}/{}", "{}_/{}", "{}_{}"])
@pytest.mark.parametrize("name", ["Bo_1008_assignsubmission_file", "_1008_assignsubmission_file_"])
def test_a_display_name_with_the_number_of_another_belongs_to_no_student(
    name, form, write_zip, reading
):
    file = form.format(f"{name}_1009_assignsubmission_file", "rnn.py")
    result = reading(read_moodle, write_zip("m.zip", {file: GOOD}))
    assert result.found == []
    assert list(result.unmatched.values()) == ["its name names two participants"]


def test_a_folder_of_moodle_ends_the_name_of_its_participant(write_zip, reading, identified):
    inner = "Bo_1008_assignsubmission_file_/rnn.py"
    path = f"Mallory_1009_assignsubmission_file/{inner}"
    result = reading(read_moodle, write_zip("m.zip", {path: GOOD}))
    assert identified(result) == [("1009", inner)]
