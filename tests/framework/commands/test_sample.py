"""`gradus sample`: text from a checkpoint, by every way of choosing words."""

import re

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


@pytest.fixture(scope="module")
def draft(folder):
    """A model of counts of the same text."""
    path = folder / "draft.safetensors"
    run("train", "kneser_ney", "--corpus", folder / "corpus.txt", "--order", 2, "--out", path)
    return path


def calls_of(output):
    """Return the text, and the numbers of the last line: tokens, calls and calls saved."""
    text, _, line = output.rstrip("\n").rpartition("\n")
    numbers = re.fullmatch(r"(\d+) tokens in (\d+) calls of the model: (-?\d+) saved", line)
    assert numbers, output
    return text, *map(int, numbers.groups())


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_draft_saves_calls(gradus, draft, backend):
    drawn = ("--length", 40, "--backend", backend, "--draft", draft, "--draft-tokens")
    calls = {}
    for k in (1, 4):
        text, tokens, calls[k], saved = calls_of(gradus(*drawn, k))
        words = sum(len(line.split()) + 1 for line in text.splitlines())
        assert tokens == 40 and saved == 40 - calls[k]
        assert words - 1 <= 40 <= words
    assert 8 <= calls[4] < calls[1] < 40


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_draft_and_the_likeliest_word_give_the_greedy_text(gradus, draft, backend):
    greedy = ("--length", 15, "--backend", backend)
    expected = gradus("--temperature", 0, *greedy).rstrip("\n")
    for how in (("--temperature", 0), ("--top-k", 1), ("--top-p", 0.01)):
        assert calls_of(gradus(*how, *greedy, "--draft", draft))[0] == expected


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_draft_under_a_rule_writes_one_sentence(gradus, draft, backend):
    rule = ("--must", "a", "--must-not", "old", "--length", 6, "--backend", backend)
    for seed in range(4):
        text, tokens, *_ = calls_of(gradus(*rule, "--draft", draft, "--seed", seed))
        assert "a" in text.split() and "old" not in text.split()
        assert "\n" not in text and tokens <= 6


def test_a_checkpoint_is_its_own_perfect_draft(gradus, folder):
    output = gradus("--length", 25, "--draft", folder / "model.safetensors")
    assert calls_of(output)[1:] == (25, 5, 20)


def test_drafts_that_do_not_fit(gradus, folder, draft):
    (folder / "other.txt").write_text("a bird sings\n" * 30)
    other = folder / "other.safetensors"
    run("train", "kneser_ney", "--corpus", folder / "other.txt", "--order", 2, "--out", other)
    with pytest.raises(UsageError, match=r"the draft .* has a vocabulary of 6 words"):
        gradus("--draft", other)
    with pytest.raises(UsageError, match="leave one of them out"):
        gradus("--draft", draft, "--beam", 2)
    with pytest.raises(UsageError, match="add `--draft CHECKPOINT`"):
        gradus("--draft-tokens", 2)


def test_a_long_text_of_subwords_is_printed_as_a_whole(tmp_path):
    """Each token is printed once, also where a character has several bytes."""
    (tmp_path / "corpus.txt").write_text("naïve café — déjà vu œuvre\n" * 30)
    checkpoint = tmp_path / "bytes.safetensors"
    run(
        "train", "kneser_ney", "--corpus", tmp_path / "corpus.txt", "--tokens", "subwords:3",
        "--order", 6, "--out", checkpoint,
    )  # fmt: skip
    text = run("sample", checkpoint, "--length", 120, "--temperature", 0)
    assert text.count("naïve café — déjà vu œuvre\n") >= 3, text
    assert "\ufffd" not in text
