"""What names a student who is forgotten: found in every form, and not in the names of others."""

from dataclasses import replace

import pytest
from graded_class import GradedClass, student

from plugins.classes.collecting.collection import read_collection
from plugins.classes.forgetting import forget, names_in

ANA = student("s1", "Ana García", "ana@uni.example", "1007", "4182", "a_garcia")


@pytest.mark.parametrize(
    "text",
    [
        "Ana García_1007_assignsubmission_file/rnn.py",
        "X_1007_assignsubmission_file/rnn.py",
        "anagarcía_LATE_9_99120_rnn.py",
        "garcíaana_4182_99120_rnn.py",
        "lab1_a_garcia_attempt_2026-03-02-10-15-00_rnn.py",
        "s1rnn.py",
        "S1.zip/rnn.py: refused",
        "mail of ANA@uni.example",
    ],
)
def test_a_trace_is_found_in_the_names_of_every_system(text):
    assert names_in(ANA)(text)


@pytest.mark.parametrize(
    "text", ["s12_rnn.py", "X_11007_assignsubmission_file/x.py", "Hana García", "as1.py", "41823"]
)
def test_another_student_is_none(text):
    assert not names_in(ANA)(text)


def test_work_of_a_group_stays_without_the_name_of_the_member_who_left(tmp_path):
    made = GradedClass(tmp_path / "lab1")
    made.submit("s1")
    (attempt,) = made.collection.attempts
    files = {"rnn.py": "garcíaana_4182_99_rnn.py", "gru.py": "team-blue_31_100_gru.py"}
    notes = ("anagarcía_4182_99_x.zip is refused", "gru-1.py is read as gru.py")
    shared = replace(attempt, students=("s1", "s3"), files=files, notes=notes)
    unmatched = {"s1.txt": "no student", "s12.txt": "no student"}
    collection = replace(made.collection, attempts=(shared,), unmatched=unmatched)
    collection.save()
    assert forget(collection, None, "s1").attempts == 0
    (kept,) = read_collection(tmp_path / "lab1").attempts
    assert kept.students == ("s3",)
    assert kept.files == {"rnn.py": "rnn.py", "gru.py": "team-blue_31_100_gru.py"}
    assert kept.notes == notes[1:]
    text = (tmp_path / "lab1/collection.json").read_text("utf-8")
    assert not any(word in text for word in ("4182", "Garc", "1007", "a_garcia", "s1.txt"))
    assert "s12.txt" in text
