"""`gradus complete`: next words, their probabilities, and rules."""

import numpy as np
import pytest
from gradus_command import gradus

from framework.data.vocabulary import EOS
from framework.errors import BadInputError, UnknownNameError, UsageError
from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins
from framework.training.checkpoints import load_checkpoint

TEXT = "the old cat sees the dog\nthe dog sees a cat\nthe rare bird sings\n" * 20


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("complete")
    (folder / "corpus.txt").write_text(TEXT)
    path = folder / "model.safetensors"
    sizes = ("--embedding-size", 8, "--hidden-size", 12, "--epochs", 5, "--learning-rate", 0.05)
    gradus("train", "rnn_lm", "--corpus", folder / "corpus.txt", *sizes, "--out", path)
    return path


def rows(printed):
    return [(float(line[:6]), line[8:]) for line in printed.splitlines()]


def log_probabilities(checkpoint, words):
    """Return log P of each next word after `words`, and the vocabulary."""
    saved = load_checkpoint(checkpoint)
    model, vocabulary = saved.restore(Backend(Plugins().registry, "numpy")), saved.vocabulary
    state = model.initial_state(1)
    for token in [EOS, *vocabulary.encode(words)]:
        logs, state = model.next_log_probabilities(np.array([token]), state)
    return logs[0], vocabulary


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_the_likeliest_next_words_are_shown_with_their_probabilities(checkpoint, backend):
    logs, vocabulary = log_probabilities(checkpoint, ["the", "old"])
    logs[:2] = -np.inf  # padding and <unk>
    expected = [
        (float(f"{np.exp(logs[id]):.4f}"), vocabulary.words[id]) for id in np.argsort(-logs)[:3]
    ]
    shown = gradus("complete", checkpoint, "the old", "--count", 3, "--backend", backend)
    assert rows(shown) == expected


def test_several_words_ahead_have_their_joint_probability(checkpoint):
    shown = rows(gradus("complete", checkpoint, "the", "--words", 3))
    assert len(shown) == 5 and shown == sorted(shown, key=lambda row: -row[0])
    for probability, suggestion in shown:
        words, total = ["the"], 0.0
        for word in suggestion.split():
            logs, vocabulary = log_probabilities(checkpoint, words)
            total += logs[vocabulary.encode([word])[0]]
            words.append(word)
        assert probability == pytest.approx(np.exp(total), abs=1e-4)
        assert len(suggestion.split()) == 3 or suggestion.endswith("</s>")


def test_a_rule_chooses_among_the_suggestions(checkpoint):
    assert [word for _, word in rows(gradus("complete", checkpoint, "the", "--must", "bird"))] == [
        "bird"
    ]
    shown = rows(gradus("complete", checkpoint, "the", "--must-not", "old", "--words", 2))
    assert all("old" not in words.split() for _, words in shown)
    shown = rows(gradus("complete", checkpoint, "the", "--must", "cat", "--words", 3))
    assert shown
    assert all("cat" in words.split() for _, words in shown)


def test_a_model_of_characters_suggests_characters(checkpoint, tmp_path):
    options = ("--tokens", "characters", "--corpus", checkpoint.parent / "corpus.txt")
    run = ("--epochs", 5, "--learning-rate", 0.05, "--out", tmp_path / "m")
    gradus("train", "rnn_lm", *options, *run)
    (_, likeliest), *_ = rows(gradus("complete", tmp_path / "m", "th", "--words", 2))
    assert likeliest == "e "


def test_unknown_words_and_rules_without_room_are_reported(checkpoint):
    first, *suggestions = gradus("complete", checkpoint, "the zebra").splitlines()
    assert first == "not in the vocabulary, read as <unk>: zebra"
    assert len(suggestions) == 5
    with pytest.raises(UsageError, match=r"recurrent_lm is no translator. .*`gradus complete "):
        gradus("translate", checkpoint, "--text", "a")
    with pytest.raises(UnknownNameError, match="no word of the model's vocabulary 'zebra'"):
        gradus("complete", checkpoint, "the", "--must", "zebra")
    with pytest.raises(BadInputError, match="needs 2 more words, but the text has at most 1"):
        gradus("complete", checkpoint, "the", "--must", "cat", "--must", "dog")


def test_the_students_beam_search_is_used(checkpoint, tmp_path):
    folder = tmp_path / "language_models" / "sampling"
    folder.mkdir(parents=True)
    (folder / "sampling.py").write_text(
        "import numpy as np\n\n"
        "def beam_search(model, prefix, length, beam_size, *, end=None):\n"
        "    return np.array([end]), 0.0\n"
    )
    options = ("--provider", "student", "--submission", tmp_path)
    shown = rows(gradus("complete", checkpoint, "the", "--words", 3, *options))
    assert {len(words.split()) for _, words in shown} <= {1, 2}
    assert all(words.endswith("</s>") for _, words in shown)


def test_a_checkpoint_that_writes_no_text_names_the_commands_for_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reviews.txt").write_text("good a b\nbad c d\n" * 20)
    sizes = ("--epochs", 1, "--batch-size", 8, "--set", "embedding_size=3")
    gradus("train", "bag_of_vectors", "--corpus", "reviews.txt", *sizes, "--out", "m")
    for words in (("complete", "m", "a"), ("sample", "m"), ("translate", "m", "--text", "a")):
        with pytest.raises(UsageError, match="writes no text") as refused:
            gradus(*words)
        assert str(refused.value).endswith("Commands for this checkpoint: `gradus evaluate m`")
