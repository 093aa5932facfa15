"""`gradus class collect`: every kind of export, odd names, hostile archives, and what stays."""

import io
import json
import stat
import zipfile

import pytest
from gradus_command import gradus
from repository import ROOT

from framework.errors import BadInputError, UsageError
from plugins.classes.collecting.collection import read_collection

GOOD = "def softmax(z):\n    return z\n"
ROSTER = '''student,name,email,participant,canvas,username,github,group
s1,Ana García,ana@uni.example,1007,4182,a_garcia,ana-b,Blue
s2,王小明,wang@uni.example,1012,4190,wang,xm,Blue
s3,"O'Brien ""Zoë""",zoe@uni.example,1013,4191,zoe,zoe,
s4,\u202bדנה כהן\u202c,dana@uni.example,1014,4192,dana,dana,
'''


@pytest.fixture
def collect(tmp_path):
    """`collect({file: text}, "moodle", ...)`: the collection, and what was printed."""
    (tmp_path / "class.csv").write_text(ROSTER, "utf-8")

    def run(files, system, *options, name="export.zip", roster=True):
        export = tmp_path / name
        with zipfile.ZipFile(export, "w") as archive:
            for file, content in files.items():
                archive.writestr(file, content)
        chosen = ["--roster", tmp_path / "class.csv"] if roster else []
        output = gradus(
            "class", "collect", export, "--as", system, "--into", tmp_path / "lab1",
            "--course", ROOT, *chosen, *options,
        )  # fmt: skip
        return read_collection(tmp_path / "lab1"), output

    return run


def stored(collection):
    """Student -> the files of all attempts, as they are on disk."""
    return {
        key: [
            {path: (collection.folder_of(item.id) / path).read_text("utf-8") for path in item.files}
            for item in collection.attempts_of(key)
        ]
        for key in collection.students
        if collection.attempts_of(key)
    }


def moodle(name, number, file="activations.py"):
    return f"{name}_{number}_assignsubmission_file/{file}"


INFO = """Name: Ana (a_garcia)
Assignment: x

Files:
\tOriginal filename: activations.py
\tFilename: {}
"""
BLACKBOARD = "x_a_garcia_attempt_2026-03-02-10-15-00"
EXPORTS = {
    "moodle": {moodle("Ana García", 1007): GOOD},
    "canvas": {"anagarcía_4182_99120_activations.py": GOOD},
    "gradescope": {
        "e/submission_metadata.yml": "submission_1:\n  :submitters:\n  - :email: ANA@uni.example\n",
        "e/submission_1/activations.py": GOOD,
    },
    "github": {"lab1-ana-b/activations.py": GOOD},
    "blackboard": {
        f"{BLACKBOARD}.txt": INFO.format(f"{BLACKBOARD}_activations.py"),
        f"{BLACKBOARD}_activations.py": GOOD,
    },
    "nbgrader": {"submitted/s1/lab1/activations.py": GOOD},
    "folders": {"s1/activations.py": GOOD},
}


@pytest.mark.parametrize("system", EXPORTS)
def test_an_export_of_every_system_is_collected(system, collect):
    collection, output = collect(EXPORTS[system], system, "--timezone", "Europe/Berlin")
    assert stored(collection) == {"s1": [{"activations.py": GOOD}]}
    assert "1 attempt of 1 of 4 students" in output
    assert "students without an attempt: 3" in output


def test_odd_names_are_kept_apart_by_their_numbers(collect):
    files = {
        moodle("王小明", 1012): "wang",
        moodle('O\'Brien "Zoë"', 1013): "zoe",
        moodle("\u202bדנה כהן\u202c", 1014, "activations-1.py"): "dana",
        moodle("王小明", 1007, "Über uns/activations (2).py"): "ana has a name of another",
        moodle("Eve", 6666): "eve",
        "index.html": "",
    }
    collection, output = collect(files, "moodle")
    assert stored(collection) == {
        "s1": [{"Über uns/activations.py": "ana has a name of another"}],
        "s2": [{"activations.py": "wang"}],
        "s3": [{"activations.py": "zoe"}],
        "s4": [{"activations.py": "dana"}],
    }
    assert sorted(collection.unmatched) == sorted([moodle("Eve", 6666), "index.html"])
    assert "files that belong to no student: 2" in output
    assert "renamed, or not kept: 2" in output


def test_a_roster_of_another_assignment_raises_an_alarm(collect):
    files = {moodle("Carl Jung", 1007): "a", moodle("Eve Fox", 1012): "b"}
    collection, _ = collect(files, "moodle")
    assert collection.notes == (
        "export.zip: 2 of 2 names differ from those of the roster. "
        "Is it the roster of this assignment?",
    )


def test_newer_exports_add_attempts_and_equal_ones_are_kept_once(collect):
    collect({moodle("Ana", 1007): "first"}, "moodle")
    collect({moodle("Ana", 1007): "second"}, "moodle", roster=False, name="newer.zip")
    collection, output = collect({moodle("Ana", 1007): "second"}, "moodle", roster=False)
    both = [{"activations.py": "first"}, {"activations.py": "second"}]
    assert stored(collection) == {"s1": both}
    (standing,) = collection.counting()["s1"]
    assert standing.attempt == collection.attempts_of("s1")[1].id
    assert "2 attempts of 1 of 4 students" in output
    collection, _ = collect({moodle("Ana", 1007): "first"}, "moodle")
    (standing,) = collection.counting()["s1"]
    assert stored(collection)["s1"][-1] == {"activations.py": "first"}
    assert standing.attempt == collection.attempts_of("s1")[-1].id


def test_due_dates_extensions_and_late_days_of_earlier_assignments(collect, tmp_path):
    (tmp_path / "times.csv").write_text(
        "student,submitted\ns1,2026-03-29T18:00+02:00\ns2,2026-03-30T18:00+02:00\n"
        "s3,2026-03-29T18:01+02:00\n"
    )
    (tmp_path / "more.csv").write_text("email,days\nwang@uni.example,2\n")
    files = {moodle("x", number): str(number) for number in (1007, 1012, 1013, 1014)}
    policy = ["--due", "2026-03-28T18:00", "--timezone", "Europe/Berlin", "--late-days", "2"]
    tables = ("--times", tmp_path / "times.csv", "--extensions", tmp_path / "more.csv")
    options = (*policy, *tables)
    collection, output = collect(files, "moodle", *options)
    standings = {key: result[0] for key, result in collection.counting().items()}
    assert {
        key: (standing.timing.value, standing.days_late, standing.spent)
        for key, standing in standings.items()
    } == {
        "s1": ("covered by late days", 1, 1),
        "s2": ("on time", 0, 0),
        "s3": ("covered by late days", 2, 2),
        "s4": ("time unknown", None, 0),
    }
    assert "counts: latest; due 2026-03-28 18:00 CET, 2 late days, 1 extension" in output
    again, _ = collect(files, "moodle", "--count", "best", roster=False)
    assert (again.policy.due, again.policy.late_days) == (collection.policy.due, 2)
    assert again.policy.rule.value == "best"
    (tmp_path / "lab1").rename(tmp_path / "lab0")
    collection, _ = collect(files, "moodle", *options, "--earlier", tmp_path / "lab0")
    standings = {key: result[0] for key, result in collection.counting().items()}
    assert (standings["s1"].timing.value, standings["s3"].timing.value) == (
        "covered by late days",
        "late",
    )


def test_work_of_a_group_is_an_attempt_of_each_member(collect):
    files = {"Blue_31_assignsubmission_file/activations.py": GOOD}
    collection, _ = collect(files, "moodle", "--teams")
    assert [attempt.students for attempt in collection.attempts] == [("s1", "s2")]
    without, _ = collect(files, "moodle")
    assert "participant 31" in next(iter(without.unmatched.values()))


def zipped(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return data.getvalue()


def test_hostile_archives_cost_their_own_student_alone(collect, tmp_path):
    escaping = io.BytesIO()
    with zipfile.ZipFile(escaping, "w") as archive:
        archive.writestr("../../activations.py", "out")
        archive.writestr("activations.py", GOOD)
        link = zipfile.ZipInfo("rnn.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    files = {
        moodle("Ana", 1007, "work.zip"): escaping.getvalue(),
        moodle("Wang", 1012, "bomb.zip"): zipped(**{"rnn.py": b"#" * (50 << 20), "x.txt": b""}),
        moodle("Zoë", 1013, "broken.zip"): b"PK\x03\x04 no archive",
        moodle("Dana", 1014, "lab.zip"): zipped(src__activations_py=GOOD, **{"a/rnn.py": "x"}),
    }
    collection, _ = collect(files, "moodle")
    assert not (tmp_path / "activations.py").exists()
    result = stored(collection)
    assert result["s1"] == [{"work/activations.py": GOOD}]
    assert result["s4"] == [{"lab/a/rnn.py": "x"}]
    assert len(result["s2"][0]["bomb/rnn.py"]) < 4 << 20
    assert result["s3"] == [{}]
    notes = " ".join(collection.attempts_of("s1")[0].notes)
    assert "it would leave the folder" in notes and "it is a link" in notes
    (empty,) = collection.attempts_of("s3")
    assert empty.notes[-1] == "it holds no file of an exercise"
    assert not empty.is_readable and collection.counting()["s3"] == ()
    assert collection.counting()["s4"] != ()


def test_the_owner_alone_can_read_a_collection_and_a_log_has_no_names(collect, tmp_path):
    files = {moodle("Ana García", 1007): "a", moodle("Eve", 6666): "b"}
    _, output = collect(files, "moodle")
    assert stat.S_IMODE((tmp_path / "lab1").stat().st_mode) == 0o700
    for file in ("collection.json", "collected.txt"):
        assert stat.S_IMODE((tmp_path / "lab1" / file).stat().st_mode) == 0o600
    assert not any(word in output for word in ("Ana", "s1", "1007", "Eve", "王"))
    listing = (tmp_path / "lab1/collected.txt").read_text("utf-8")
    assert "s2 (王小明)" in listing and "Eve_6666_assignsubmission_file/activations.py" in listing


def test_an_interrupted_collection_leaves_the_former_one(collect, tmp_path, monkeypatch):
    before, _ = collect({moodle("Ana", 1007): "a"}, "moodle")

    def interrupted(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("plugins.classes.collecting.collect_exports._attempt", interrupted)
        with pytest.raises(BaseException):  # noqa: B017 - as the command's own loop raises it
            collect({moodle("Ana", 1007): "b"}, "moodle")
    assert read_collection(tmp_path / "lab1") == before
    assert (tmp_path / "lab1/attempts/.new").exists()
    collect({moodle("Ana", 1007): "a"}, "moodle")
    assert [item.name for item in (tmp_path / "lab1/attempts").iterdir()] == [before.attempts[0].id]


def test_errors_name_the_next_command(collect, tmp_path):
    with pytest.raises(UsageError, match="--timezone Europe/Berlin"):
        collect(EXPORTS["moodle"], "moodle", "--due", "2026-03-02")
    with pytest.raises(UsageError, match="no system 'moodel': did you mean 'moodle'"):
        collect(EXPORTS["moodle"], "moodel")
    with pytest.raises(BadInputError, match="class collect SOURCE --as SYSTEM"):
        read_collection(tmp_path / "none")
    for path, message in ((tmp_path / "none", "no export"), (tmp_path, "into another folder")):
        with pytest.raises(BadInputError, match=message):
            gradus("class", "collect", path, "--as", "folders", "--into", tmp_path / "lab1")
    (tmp_path / "lab1" / "thesis.tex").write_text("")
    with pytest.raises(BadInputError, match="no collection, and not empty"):
        collect(EXPORTS["moodle"], "moodle")


def test_a_damaged_collection_is_refused_and_left_as_it_is(collect, tmp_path):
    collect(EXPORTS["moodle"], "moodle")
    file = tmp_path / "lab1/collection.json"
    table = json.loads(file.read_text())
    for text in (
        "{",
        json.dumps(table | {"schema": "x/9"}),
        json.dumps({"schema": table["schema"]}),
    ):
        file.write_text(text)
        with pytest.raises(BadInputError, match=r"collection\.json"):
            collect(EXPORTS["moodle"], "moodle")
        assert file.read_text() == text


@pytest.mark.parametrize(
    ("files", "system"),
    [({}, "canvas"), (EXPORTS["moodle"], "canvas"), ({moodle("Ana", 9007): GOOD}, "moodle")],
)
def test_a_collection_without_work_of_any_student_is_an_error(files, system, collect, tmp_path):
    with pytest.raises(BadInputError, match=r"no file belongs to a student: .*collected\.txt"):
        collect(files, system)
    assert "0 attempts" in (tmp_path / "lab1/collected.txt").read_text("utf-8")
    collect(EXPORTS["moodle"], "moodle")


def test_a_file_that_the_system_puts_beside_attempts_is_left_alone(collect, tmp_path):
    collect(EXPORTS["moodle"], "moodle")
    (tmp_path / "lab1/attempts/.DS_Store").write_text("")
    collection, _ = collect(EXPORTS["moodle"], "moodle")
    assert len(collection.attempts) == 1


@pytest.mark.parametrize(
    "options", [("--late-days", "99999999999"), ("--grace", "99999999999"), ("--due", "9999-12-31")]
)
def test_numbers_and_dates_have_limits(options, collect):
    with pytest.raises((AssertionError, UsageError), match="99"):
        collect(EXPORTS["moodle"], "moodle", "--timezone", "Asia/Tokyo", *options)
