"""`gradus class grade --plan`, `--shard` and `gradus class merge`, with the real sandbox."""

from __future__ import annotations

import pytest
from gradus_command import gradus
from repository import ROOT

from framework.errors import BadInputError

RIGHT = (ROOT / "solutions/word_vectors/one_hot/one_hot.py").read_text("utf-8")
WRONG = RIGHT.replace("return ", "return 0 * ", 1)


@pytest.fixture
def folder(tmp_path):
    """A collection of two students."""
    for name, text in {"ana": RIGHT, "bo": WRONG}.items():
        file = tmp_path / "export" / name / "one_hot.py"
        file.parent.mkdir(parents=True)
        file.write_text(text, "utf-8")
    gradus("class", "collect", tmp_path / "export", "--as", "folders", "--into",
           tmp_path / "lab1", "--course", ROOT)  # fmt: skip
    return tmp_path / "lab1"


def test_two_shards_and_a_merge_are_a_run(folder):
    with pytest.raises(BadInputError, match="--plan` makes one"):
        gradus("class", "grade", folder, "--shard", "0/2")
    options = ("--course", ROOT, "--sandbox", "process", "--jobs", 1)
    planned = gradus("class", "grade", folder, "--plan", *options)
    assert "2 results to be made" in planned
    parts = [gradus("class", "grade", folder, "--shard", f"{i}/2", "--jobs", 1) for i in (0, 1)]
    assert all("shard" in part and "of 2 · 1 result\n" in part for part in parts)
    assert "run 1 · merged 2 results, 0 missing" in gradus("class", "merge", folder)
    shown = gradus("class", "results", "--names", "--in", folder)
    assert "ana · one_hot · passed" in shown and "bo · one_hot · failed" in shown
    assert "2 results, 2 of them known before" in gradus("class", "grade", folder, *options)
