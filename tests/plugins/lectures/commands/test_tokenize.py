"""`gradus tokenize`, and models whose tokens are subwords: from training to texts."""

import re
from pathlib import Path

import pytest
from gradus_command import gradus
from repository import ROOT
from typer.testing import CliRunner

from framework.cli import app
from framework.errors import BadInputError, UsageError
from framework.training.checkpoints import load_checkpoint
from plugins.lectures.languages.translation import TranslationLanguage

TEXT = "sing singing ring rings\nthe king sings, the ring rings\n"
SMALL = ("--embedding-size", 4, "--hidden-size", 8, "--epochs", 1)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text(TEXT * 20, encoding="utf-8")


def test_a_line_is_shown_in_subwords_that_are_learned_from_a_file():
    learn = ("tokenize", "--corpus", "text.txt", "--merges", 12)
    assert gradus(*learn, "--text", "the king  sings\t🙂") == (
        "▁the│▁k│ing│▁│▁sings│\\t│\\xf0│\\x9f│\\x99│\\x82\n"
    )
    ids = gradus(*learn, "--text", "the the", "--ids").split()
    assert len(ids) == 2
    assert ids[0] == ids[1]


def test_lines_of_the_standard_input_are_shown_one_by_one():
    options = ["tokenize", "--corpus", "text.txt", "--merges", "5000"]
    done = CliRunner().invoke(app, options, input="the king\n\nrings")
    assert done.stdout == "▁the│▁king\n\n▁rings\n"


def test_a_source_is_needed_and_only_one():
    for sources in ((), ("m", "--corpus", "text.txt")):
        with pytest.raises(UsageError, match="give either a checkpoint, or with `--corpus`"):
            gradus("tokenize", *sources, "--text", "a")
    with pytest.raises(BadInputError, match=r"no\.txt cannot be read"):
        gradus("tokenize", "--corpus", "no.txt", "--text", "a")
    Path("latin.txt").write_bytes("naïve\n".encode("latin-1") * 3)
    with pytest.raises(BadInputError, match="UTF-8"):
        gradus("tokenize", "--corpus", "latin.txt", "--text", "a")


def test_a_language_model_of_subwords_is_trained_saved_and_used():
    model = ("train", "rnn_lm", *SMALL, "--corpus", "text.txt", "--out", "m")
    shown = gradus(*model, "--tokens", "subwords:12")
    assert re.search(r"held out, 271 subwords", shown)
    more = r"(, \d\.\d{4} bits per character, \d+\.\d\d per word)"
    said = re.search(rf"held-out perplexity (\d+\.\d{{4}}){more}", shown)
    assert re.search(r"4-grams \(Kneser-Ney\)", shown)
    evaluated = gradus("evaluate", "m").splitlines()[-1]
    assert float(evaluated.split()[1].rstrip(",")) == pytest.approx(float(said[1]), abs=1e-4)
    assert evaluated.endswith(said[2])
    assert re.search(more, gradus("evaluate", "m", "--corpus", "text.txt"))
    assert gradus("tokenize", "m", "--text", "the king") == "▁the│▁k│ing\n"
    sampled = gradus("sample", "m", "--prompt", "the k", "--length", 5, "--seed", 1)
    assert sampled.startswith("the k")
    assert len(gradus("complete", "m", "the k", "--count", 3).splitlines()) == 3
    for other in ("subwords:11", "words"):
        with pytest.raises(UsageError, match="cannot be resumed: its vocabulary differs"):
            gradus(*model, "--tokens", other, "--resume")


def test_the_students_functions_learn_and_divide():
    model = ("train", "rnn_lm", *SMALL, "--corpus", "text.txt", "--tokens", "subwords:12")
    own = ("--provider", "student", "--submission", ROOT / "solutions")
    shown = gradus(*model, *own, "--out", "m")
    parts = next(line for line in shown.splitlines() if line.startswith("from your code: "))
    assert {"learn_merges", "encode_subwords", "decode_subwords"} <= set(re.split("[:,] ", parts))
    learned = load_checkpoint("m").training["merges"]
    gradus(*model, "--out", "r")
    assert load_checkpoint("r").training["merges"] == learned


def test_a_text_classifier_reads_subwords():
    options = ("--tokens", "subwords:30", "--epochs", 1, "--out", "c")
    shown = gradus("train", "bag_of_vectors", *options)
    assert "2 classes, 289 subwords" in shown
    said = re.search(r"test accuracy (\d\.\d{4})", shown)[1]
    assert f"accuracy {said}" in gradus("evaluate", "c")


def test_a_translator_reads_and_writes_subwords():
    pairs = [f"{' '.join(a)}\t{' '.join(b)}\n" for a, b in TranslationLanguage().sentences()[:300]]
    Path("pairs.tsv").write_text("".join(pairs), encoding="utf-8")
    options = ("--corpus", "pairs.tsv", "--tokens", "subwords:40", "--epochs", 1)
    shown = gradus("train", "conv_seq2seq", *options, "--precision", "float32", "--out", "t")
    assert "299 and 299 subwords" in shown
    assert re.search(r"held-out perplexity \d+\.\d{4}, \d\.\d{4} bits per character", shown)
    evaluated = gradus("evaluate", "t")
    assert "tokens are words" in evaluated
    said = re.search(r"held-out perplexity (.*)\n", evaluated)[1]
    assert f"held-out perplexity {said}\n" in shown
    source = pairs[0].partition("\t")[0]
    assert "▁" not in gradus("translate", "t", "--text", source)
    tokens = gradus("tokenize", "t", "--text", source)
    assert tokens.replace("│", "").replace("▁", " ").split() == source.split()
