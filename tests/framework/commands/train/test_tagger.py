"""`gradus train window_classifier` and what evaluates it, from the command line."""

import re
from pathlib import Path

import pytest
from gradus_command import gradus
from plugin_fixtures import reader
from repository import text_of

from framework.errors import PluginError
from framework.training.checkpoints import load_checkpoint

#: A file in the format of CoNLL-2003 in which the word before a name tells its type.
SENTENCES = text_of("texts/tagger/sentences.txt")

STUDENT = """
import numpy as np

def windows(ids, size):
    print("a student's windows")
    padded = np.pad(ids, size)
    return np.array([padded[t : t + 2 * size + 1] for t in range(len(ids))])
"""


@pytest.fixture(autouse=True)
def folder(spec, monkeypatch):
    """A folder with a small corpus."""
    monkeypatch.setattr("plugins.lectures.languages.entities.corpus.__defaults__", (300, 0))
    for part, count in (("train", 20), ("testa", 2), ("testb", 3)):
        (spec / f"eng.{part}").write_text(SENTENCES * count, "utf-8")
    return spec


SMALL = ("--set", "embedding_size=8", "--set", "hidden_size=8", "--learning-rate", 0.02)


def train(*arguments):
    return gradus("train", "window_classifier", *SMALL, *arguments)


def test_the_best_possible_f1_stands_beside_the_one_that_was_reached():
    shown = train("--epochs", 4)
    reached, best = map(float, re.search(r"test F1 (\S+) \(best possible (\S+)\)", shown).groups())
    assert best == pytest.approx(0.9719, abs=1e-4)
    assert 0.8 < reached <= 1
    assert re.search(r"epoch 4/4   loss \d\.\d{4}   held-out F1 \d\.\d{4}   \d+\.\d s\n", shown)
    lines = shown[shown.index("\ntype") + 1 :].splitlines()
    assert [line.split()[0] for line in lines[:5]] == [
        "type",
        "LOC",
        "ORG",
        "PER",
        "all",
    ]


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_files_of_conll_2003_are_learned_and_evaluated(backend):
    shown = train(
        "--corpus", "conll2003", "--data", ".", "--epochs", 8, "--backend", backend, "--seed", 1
    )
    assert "corpus conll2003: 60 sentences to learn from, 6 held out, 9 to test, 4 tags" in shown
    assert "test F1 1.0000 after epoch" in shown
    result = gradus("evaluate", "checkpoints/window_classifier.safetensors", "--backend", "numpy")
    assert result.splitlines()[1:] == [
        "window_classifier under numpy on the test part of conll2003, 9 sentences",
        "F1 1.000000",
        "type  precision  recall      F1  entities",
        "LOC      1.0000  1.0000  1.0000         6",
        "PER      1.0000  1.0000  1.0000         6",
        "all      1.0000  1.0000  1.0000        12",
    ]


def test_a_students_own_parts_are_used(folder):
    (folder / "reads.py").write_text(reader("function", "windows", "windows"))
    (folder / "mine").mkdir()
    (folder / "mine" / "written.py").write_text(STUDENT)
    own = ("--plugin", "reads.py", "--provider", "student", "--submission", "mine")
    shown = train("--corpus", "conll2003", "--data", ".", "--epochs", 1, *own)
    assert "a student's windows" in shown
    assert "from your code: windows" in shown
    assert "from the NumPy reference: adam, affine, softmax_cross_entropy, tanh" in shown


def test_another_folder_is_evaluated_with_the_words_and_tags_of_the_first(folder):
    train("--corpus", "conll2003", "--data", ".", "--epochs", 1)
    (folder / "other").mkdir()
    for part in ("train", "valid", "test"):
        (folder / "other" / f"{part}.txt").write_text("Zoe I-ORG\n", "utf-8")
    result = gradus("evaluate", "checkpoints/window_classifier.safetensors", "--data", "other")
    assert "on the test part of conll2003, 1 sentences" in result
    assert "ORG" in result


#: Offers a corpus of tagged sentences, and the function of one that is none.
OFFERS_CORPORA = text_of("texts/tagger/offers_corpora.py")


def test_the_tagged_corpus_of_a_plugin_is_learned_and_evaluated(folder):
    (folder / "week3.py").write_text(OFFERS_CORPORA, "utf-8")
    plugin = ("--plugin", "./week3.py")
    shown = train("--corpus", "moods", "--data", ".", "--epochs", 1, *plugin)
    assert "corpus moods: 56 sentences to learn from, 2 held out, 2 to test" in shown
    result = gradus("evaluate", "checkpoints/window_classifier.safetensors", *plugin)
    assert "on the test part of moods, 2 sentences" in result
    with pytest.raises(PluginError, match=r"'wrong' of week3 .* must return a TaggedCorpus"):
        train("--corpus", "wrong", *plugin)


#: Sentences in the format CoNLL-U, whose word endings tell the tag.
ENDINGS = {"NOUN": ("tor", "ness"), "VERB": ("ize", "ify")}


def conllu(words, tags):
    rows = [
        "\t".join([str(number), word, "_", tag, *["_"] * 6])
        for number, (word, tag) in enumerate(zip(words, tags, strict=True), start=1)
    ]
    return "\n".join(rows) + "\n\n"


@pytest.fixture
def treebank(folder):
    """A small corpus with unknown words in its test part."""
    for part, stems in (("train", "abcdefg"), ("dev", "ab"), ("test", "axyz")):
        text = ""
        for stem in stems:
            for noun, verb in zip(*ENDINGS.values(), strict=True):
                text += conllu([stem + noun, stem + verb], ["NOUN", "VERB"])
                text += conllu([stem + verb, stem + noun, stem + verb], ["VERB", "NOUN", "VERB"])
        (folder / f"en_ewt-ud-{part}.conllu").write_text(text, "utf-8")
    return ("--corpus", "ud_ewt", "--data", ".", "--batch-size", 4, "--learning-rate", 0.05)


SETS = {
    "recurrent_tagger": ("--set", "embedding_size=6", "--set", "hidden_size=6"),
    "character_tagger": ("--set", "embedding_size=6", "--set", "maps=8"),
}


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("model", SETS)
def test_sentence_taggers_are_trained_and_evaluated(treebank, model, backend):
    small = (*SETS[model], "--epochs", 5, "--backend", backend)
    shown = gradus("train", model, *treebank, *small)
    assert "corpus ud_ewt: 28 sentences to learn from, 8 held out, 16 to test, 2 tags" in shown
    assert "held-out accuracy 1.0000" in shown
    score, seen, unknown = re.search(
        r"test accuracy (\S+) after.*\n"
        r"accuracy (\S+) of 10 words seen in training, (\S+) of 30 unknown words",
        shown,
    ).groups()
    assert float(seen) == 1
    assert model != "character_tagger" or float(unknown) > 0.9
    assert float(score) == pytest.approx((10 + 30 * float(unknown)) / 40, abs=1e-4)
    result = gradus("evaluate", f"checkpoints/{model}.safetensors", "--backend", "numpy")
    assert result.splitlines()[1:] == [
        f"{model} under numpy on the test part of ud_ewt, 16 sentences",
        f"accuracy {float(score):.6f}",
        f"accuracy {seen} of 10 words seen in training, {unknown} of 30 unknown words",
    ]


def test_the_recurrent_layers_of_a_tagger_are_chosen_by_options(treebank):
    dropout = ("--dropout", "dropout:keep_probability=0.9")
    stack = ("--cell", "gru", "--layers", 3, "--skip", "highway", *dropout)
    gradus("train", "rnn_tagger", *treebank, *SETS["recurrent_tagger"], "--epochs", 1, *stack)
    saved = load_checkpoint(Path("checkpoints/rnn_tagger.safetensors"))
    dropout = {"name": "dropout", "keep_probability": 0.9}
    described = {"layer": "gru", "layers": 3, "skip": "highway", "dropout": dropout}
    assert saved.arguments["cell"] == described
    assert "reader.backward_layer.layer_3.gate.W" in saved.parameters
    gradus("evaluate", "checkpoints/rnn_tagger.safetensors", "--backend", "torch")
