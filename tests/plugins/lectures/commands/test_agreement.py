"""`gradus agreement` on a small checkpoint."""

import re

import pytest
from gradus_command import gradus

SIZES = ("--embedding-size", 3, "--hidden-size", 4, "--batch-size", 2, "--epochs", 1)


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.txt").write_text("a b c\nb c a\n" * 20, encoding="utf-8")
    gradus("train", "recurrent_lm", "--corpus", "train.txt", *SIZES, "--out", "m")
    return "m"


def test_the_accuracy_is_shown_by_the_number_of_attractors(checkpoint, tmp_path):
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "x.text").write_text("a b\nzebra c\nc are\n", encoding="utf-8")
    (tmp_path / "items" / "x.gold").write_text("1\tb\tc\t0\n1\tc\tb\t2\n1\tare\tis\t0\n", "utf-8")
    shown = gradus("agreement", checkpoint, "--data", "items")
    lines = re.sub(r"[\d.]+%", "9%", shown).splitlines()
    assert [re.sub(r" +", " ", line) for line in lines[1:]] == [
        "attractors items accuracy",
        "0 1 9%",
        "2 1 9%",
        "all 2 9%",
        "left out: 1 items with a verb that is not in the vocabulary",
        "9% of the words before the verbs were read as <unk>",
    ]
