"""Numbers of READMEs that `gradus calibrate` has measured are those of `exercise.toml`."""

import tomllib

import pytest
from repository import ROOT

#: Exercise, its threshold, how the README rounds its mean, and the words around it.
QUOTED = [
    ("lm_training", "perplexity_ratio", "{:.3f}", "was on average\n{} times"),
    ("sentence_encoder", "lead", "{:.0%}", "were on average {} percentage points"),
    ("conditional_lm", "perplexity_ratio", "{:.3f}", "it was {} on average"),
    ("attentive_translator", "exact_match", "{:.0%}", "right in every word of\n{} ±"),
    ("attentive_translator", "alignment", "{:.0%}", "In sentences of three phrases, {} ±"),
]


@pytest.mark.parametrize(("exercise", "threshold", "rounded", "words"), QUOTED)
def test_a_mean_of_a_hundred_trainings(exercise, threshold, rounded, words):
    (folder,) = (ROOT / "exercises").glob(f"*/{exercise}")
    measured = tomllib.loads((folder / "exercise.toml").read_text("utf-8"))["thresholds"][threshold]
    text = (folder / "README.md").read_text("utf-8")
    assert words.format(rounded.format(measured["mean"]).removesuffix("%")) in text
    assert (
        f"In {measured['seeds']} trainings" in text or f"in {measured['seeds']} trainings" in text
    )
