"""The perplexities of models that count, and of a network, in `docs/training.md`."""

import re

import pytest
from gradus_command import gradus
from repository import ROOT

ROW = re.compile(r"^\| `gradus (train .+)` \| ([\d.]+) \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs/training.md").read_text("utf-8"))


def test_the_page_has_models_that_count_and_a_network():
    assert [words.split()[1] for words, _ in ROWS] == ["kneser_ney"] * 4 + ["rnn_lm"]


@pytest.mark.parametrize(
    ("words", "perplexity"),
    [pytest.param(*row, marks=[pytest.mark.slow] * ("rnn_lm" in row[0])) for row in ROWS],
)
def test_a_command_prints_the_perplexity_of_the_page(words, perplexity, tmp_path):
    shown = gradus(*words.split(), "--out", tmp_path / "m")
    result = re.findall(r"held-out perplexity ([\d.]+) \(best possible ([\d.]+)\)", shown)
    assert f"{float(result[-1][0]):.2f}" == perplexity
    assert float(result[-1][1]) == pytest.approx(3.40, abs=0.005)
