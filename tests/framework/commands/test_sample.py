"""`gradus sample`: text from a checkpoint, by every way of choosing words."""

import pytest
from gradus_command import gradus as run

from framework.errors import BadInputError, UsageError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a small trained model."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "corpus.txt").write_text("the old cat sees the dog\nthe dog sees a cat\n" * 40)
    return folder


@pytest.fixture(scope="module")
def gradus(folder):
    checkpoint = folder / "model.safetensors"
    sizes = ("--embedding-size", 8, "--hidden-size", 12, "--epochs", 20, "--learning-rate", 0.05)
    run("train", "rnn_lm", "--corpus", folder / "corpus.txt", *sizes, "--out", checkpoint)
    return lambda *words: run("sample", checkpoint, *words)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_one_likeliest_word_is_the_greedy_text(gradus, backend):
    greedy = gradus("--temperature", 0, "--length", 12, "--backend", backend)
    assert gradus("--top-k", 1, "--length", 12, "--backend", backend) == greedy
    assert gradus("--top-p", 0.01, "--length", 12, "--backend", backend) == greedy


def test_unlikely_words_are_left_out(gradus):
    wild = {gradus("--temperature", 9, "--seed", seed) for seed in range(3)}
    tame = {gradus("--temperature", 9, "--seed", seed, "--top-k", 1) for seed in range(3)}
    assert len(wild) == 3
    assert len(tame) == 1


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_beam_writes_one_sentence(gradus, backend):
    text = gradus("--beam", 4, "--prompt", "the old", "--length", 30, "--backend", backend)
    assert text.startswith("the old cat ")
    assert text.count("\n") == 1, "the likeliest sentence, and no other"


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("how", [("--beam", 3), ("--temperature", 3)])
def test_words_must_and_must_not_come(gradus, how, backend):
    rule = ("--must", "a", "--must-not", "old", "--length", 6, "--backend", backend)
    for seed in range(3):
        text = gradus(*how, *rule, "--seed", seed)
        assert "a" in text.split()
        assert "old" not in text.split()
        assert text.count("\n") == 1, "a rule is about one sentence"
        assert len(text.split()) <= 6


@pytest.mark.parametrize("word", ["old", "a"])
def test_a_word_that_must_come_is_followed_by_others(gradus, word):
    """Greedy search writes one of the two sentences: the word of the other would come last."""
    words = gradus("--must", word, "--beam", 1, "--length", 8).split()
    assert words.index(word) < len(words) - 1


def test_an_automaton_is_a_rule(gradus, folder):
    (folder / "rule.txt").write_text("0 1 the\n1 2 dog\n2 3 sees\n3\n")
    assert gradus("--rule", folder / "rule.txt") == "the dog sees\n"


def test_a_condition_is_refused_by_a_model_without_one(gradus):
    with pytest.raises(UsageError, match="recurrent_lm takes no condition"):
        gradus("--condition", "the dog")


def test_a_model_without_smoothing_may_have_no_text_under_a_rule(folder, tmp_path):
    counted = tmp_path / "counted"
    run("train", "ngram_lm", "--corpus", folder / "corpus.txt", "--out", counted)
    assert run("sample", counted, "--beam", 2, "--length", 9).startswith("the ")
    (tmp_path / "rule.txt").write_text("0 1 dog\n1 2 the\n2\n")
    for how in (("--beam", 2), ()):
        with pytest.raises(BadInputError, match="the model gives no t"):
            run("sample", counted, "--rule", tmp_path / "rule.txt", *how)
