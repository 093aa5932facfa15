"""`gradus train skip_gram` and what reads its checkpoint, from the command line."""

import re

import numpy as np
import pytest
from gradus_command import gradus
from plugin_fixtures import reader
from power_cut import PowerCutError, power_cut

from framework.errors import UsageError
from framework.training.checkpoints import load_checkpoint
from plugins.lectures.training.trained_vectors import load_vectors

LINES = ["the cat eats", "the dog eats", "the cow sleeps", "the axe cuts", "a saw cuts"]

#: Negative sampling that moves the centre words alone, so that the result tells who was asked.
HALF = """
from solutions.word_vectors.negative_sampling.negative_sampling import negative_sampling as right

def negative_sampling(center, outside_id, negative_ids, outside_vectors):
    assert len(negative_ids) == 3
    loss, grad_v, rows, grads = right(center, outside_id, negative_ids, outside_vectors)
    return loss, grad_v, rows, 0 * grads
"""

NAMELESS = """
from framework.interfaces import Model

class SkipGram(Model):
    def __init__(self, vocabulary_size, dimension, *, rng):
        super().__init__()
        self.add_parameter("V", rng.normal(size=(vocabulary_size, dimension)))
"""


@pytest.fixture(autouse=True)
def folder(spec):
    """A folder with a small text."""
    (spec / "text.txt").write_text("\n".join(LINES * 20), encoding="utf-8")
    return spec


SMALL = ("--corpus", "text.txt", "--dimension", 6, "--window", 2, "--negative", 3, "--subsample", 0)


def train(*arguments):
    return gradus("train", "skip_gram", *SMALL, *arguments)


def test_piped_output_is_a_plain_line_per_epoch_and_shows_what_is_next():
    result = re.sub(r"[\d,]+ words/s   [\d.]+ s", "9 words/s   1.0 s", train("--epochs", 2))
    *first, last = re.sub(r"loss \d\.\d{4}", "loss 1.2345", result).splitlines()
    assert first[:7] == [
        "skip_gram, 10 words with 6 numbers each, float32 on cpu",
        "corpus text.txt: 300 words, 300 of them in the vocabulary",
        "from the NumPy reference: linear_decay, sampling_distribution, sgd, skip_gram, "
        "skip_gram_step",
        "epoch 1/2   rate 0.025   loss 1.2345   9 words/s   1.0 s",
        "epoch 2/2   rate 0.0125   loss 1.2345   9 words/s   1.0 s",
        "",
        "  training loss of skip_gram on text.txt",
    ]
    assert last == (
        "Saved checkpoints/skip_gram.safetensors and checkpoints/skip_gram.svg. "
        "Next: `gradus neighbors WORD --vectors checkpoints/skip_gram.safetensors`"
    )


def test_the_help_is_that_of_the_kind_of_model():
    words, language = (gradus("train", name, "--help") for name in ("word2vec", "rnn_lm"))
    assert "Usage: " in words and "train word2vec [OPTIONS]" in words
    assert "--negative" in words and "--unroll" not in words
    assert "--unroll" in language and "--negative" not in language
    assert "--folds" in gradus("train", "bag_of_vectors", "--help")


def test_the_checkpoint_has_the_models_own_parameters_and_the_text_file_the_same_vectors(folder):
    assert "Saved v.txt, as text." in train("--vectors", "v.txt", "--out", "m")
    saved = load_checkpoint(folder / "m")
    assert {name: array.shape for name, array in saved.parameters.items()} == {
        "center_vectors": (13, 6),
        "outside_vectors": (13, 6),
    }
    text, binary = load_vectors(folder / "v.txt"), load_vectors(folder / "m")
    assert list(text.words) == list(binary.words)
    np.testing.assert_array_equal(text.vectors.astype(np.float32), binary.vectors)


def student(folder, code, **offer):
    """A student who has written `code`, and the options that use it."""
    (folder / "exercises").mkdir()
    (folder / "exercises" / "written.py").write_text(code, encoding="utf-8")
    (folder / "reader.py").write_text(reader(**offer), encoding="utf-8")
    return "--provider", "student", "--plugin", "reader.py", "--epochs", 1


def test_a_students_negative_sampling_is_put_to_use(folder):
    name = "negative_sampling"
    options = student(folder, HALF, kind="function", name=name, target=name)
    output = train(*options, "--out", "s")
    assert "from your code: negative_sampling\n" in output
    assert (
        "from the NumPy reference: linear_decay, sampling_distribution, sgd, skip_gram\n" in output
    )
    trained, before = (load_checkpoint(folder / name).parameters for name in ("s", untrained()))
    np.testing.assert_array_equal(trained["outside_vectors"], before["outside_vectors"])
    assert not np.allclose(trained["center_vectors"], before["center_vectors"])


def test_a_students_skip_gram_needs_the_parameters_of_the_exercise(folder):
    options = student(folder, NAMELESS, kind="model", name="skip_gram", target="SkipGram")
    with pytest.raises(UsageError, match=r"skip_gram has no parameter 'center_vectors' .*: V"):
        train(*options)


def untrained():
    train("--learning-rate", 0, "--epochs", 1, "--out", "untrained")
    return "untrained"


def test_word_similarity_shows_the_correlation_with_judgements_and_on_how_many_pairs(folder):
    (folder / "v.txt").write_text("3 2\na 1 0\nb 1 1\nc 0 1\n")
    (folder / "judged.txt").write_text("a\tb\t9\nA\tC\t1\nb\tunheard\t5\nb\tb\t10\n")
    (folder / "other.tsv").write_text("a\tb\t1\na\tc\t9\n")
    shown = gradus("word-similarity", "judged.txt", "other.tsv", "--vectors", "v.txt")
    assert shown.splitlines() == [
        "judged.txt  Spearman  1.000  3 of 4 pairs",
        "other.tsv   Spearman -1.000  2 of 2 pairs",
    ]
    train("--out", "m")
    (folder / "animals.txt").write_text("cat\tdog\t9\ncat\taxe\t1\ncow\tsaw\t2\n")
    assert "3 of 3 pairs" in gradus("word-similarity", "animals.txt", "--vectors", "m")


def test_word_vectors_have_no_perplexity():
    train("--out", "m")
    with pytest.raises(
        UsageError, match=r"m holds word vectors.*`gradus word-similarity FILE --vectors m`"
    ):
        gradus("evaluate", "m")


ADAM = ("--optimizer", "adam", "--learning-rate", 0.01, "--no-summed")


@pytest.mark.parametrize(
    ("words", "backend"),
    [
        (("cbow",), "numpy"),
        (("skip_gram", "--loss", "softmax_cross_entropy", *ADAM), "torch"),
    ],
)
def test_a_softmax_over_all_words_makes_words_of_one_kind_neighbours(folder, words, backend):
    """On a corpus with singular and plural nouns, one epoch separates them."""
    options = ("--dimension", 16, "--backend", backend, "--epochs", 2, "--out", "m")
    shown = gradus("train", *words, *options)
    assert "softmax_cross_entropy" in shown and "sampling_distribution" not in shown
    nearest = gradus("neighbors", "keys", "--vectors", "m", "--count", 5).split()[::2]
    assert all(word.endswith("s") for word in nearest), nearest
    assert gradus("analogy", "key", "keys", "teacher", "--vectors", "m", "--count", 2)


def test_a_softmax_over_all_words_has_no_option_for_negative_samples():
    with pytest.raises(AssertionError, match="No such option: --negative"):
        gradus("train", "cbow", "--negative", 3)


def test_commands_on_word_vectors_read_what_was_trained_last():
    with pytest.raises(UsageError, match="no checkpoint with word vectors"):
        gradus("neighbors", "cat")
    train("--epochs", 1)
    gradus("train", "cbow", *SMALL[:6], "--epochs", 1)
    last = gradus("neighbors", "cat", "--vectors", "checkpoints/cbow.safetensors")
    assert gradus("neighbors", "cat") == last
    train("--vectors", "v.txt")
    for question in (("neighbors", "cat"), ("analogy", "cat", "eats", "cow")):
        assert gradus(*question) == gradus(*question, "--vectors", "v.txt")
    assert len(gradus("analogy", "cat", "eats", "cow").splitlines()) > 3
    assert "Saved words.svg: 3 words" in gradus("plot-words", "cat", "dog", "cow")


@pytest.fixture
def on_other_corpus(folder):
    """The words of a command that trains the same model on another text."""
    (folder / "more texts").mkdir()
    (folder / "more texts/other.txt").write_text("\n".join(LINES * 20), encoding="utf-8")
    other = ("--corpus", "more texts/other.txt", *SMALL[2:], "--epochs", 1)
    return ("train", "skip_gram", *other)


def test_a_checkpoint_of_another_corpus_is_kept(folder, on_other_corpus):
    train("--epochs", 1)
    before = (folder / "checkpoints/skip_gram.safetensors").read_bytes()
    kept = folder / "checkpoints/skip_gram-text.safetensors"
    shown = gradus(*on_other_corpus)
    assert f"The model of the corpus text.txt is now {kept.relative_to(folder)}\n" in shown
    assert kept.read_bytes() == before
    assert load_checkpoint("checkpoints/skip_gram.safetensors").corpus == "more texts/other.txt"
    assert gradus("neighbors", "cat") == gradus(
        "neighbors", "cat", "--vectors", "checkpoints/skip_gram.safetensors"
    )
    assert "is now" not in gradus(*on_other_corpus), "the same corpus is trained again"
    assert "is now checkpoints/skip_gram-other.safetensors" in train("--epochs", 1)


def test_an_interrupted_run_on_another_corpus_is_kept_and_can_be_resumed(folder, on_other_corpus):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("framework.commands.train.epoch_lines.EpochLines", power_cut(after=1))
        with pytest.raises(PowerCutError):
            train("--epochs", 3)
    assert "is now checkpoints/skip_gram-text.safetensors" in gradus(*on_other_corpus)
    kept = ("--out", "checkpoints/skip_gram-text.safetensors")
    assert "continuing after epoch 1" in train("--epochs", 3, "--resume", *kept)
