"""`gradus translate`, and `gradus sample --condition`, on the built-in pair and on two columns."""

import re

import pytest
import sacrebleu
from gradus_command import gradus
from repository import ROOT
from typer.testing import CliRunner

from framework.cli import app
from framework.data.batching import pad
from framework.data.vocabulary import EOS, Vocabulary
from framework.errors import BadInputError, UsageError
from framework.training.checkpoints import load_checkpoint
from plugins.lectures.languages.translation import TranslationLanguage, corpus

SIZES = ("--epochs", 4, "--learning-rate", 0.02, "--batch-size", 64, "--precision", "float32")
TRANSLATORS = ("conv_seq2seq", "conditional_lm", "attentive_translator", "transformer_translator")
#: Model -> what its training needs: its kind of run and other sizes.
NEEDED = {
    "transformer_translator": (
        *("pairs:transformer_translator", "--learning-rate", 0.01),
        *("--set", "embedding_size=16", "--set", "layers=1"),
    )
}
SOURCE = "the red cat sees a dog"
PAIRS = "".join(f"{' '.join(a)}\t{' '.join(b)}\n" for a, b in TranslationLanguage().sentences())


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Checkpoints of all kinds of models."""
    folder = tmp_path_factory.mktemp("translate")
    for name in TRANSLATORS:
        model, *sizes = NEEDED.get(name, (name,))
        data = ("--corpus", "translation", "--out", folder / name)
        gradus("train", model, *SIZES, *data, *sizes)
    return folder


@pytest.fixture(params=TRANSLATORS)
def checkpoint(trained, request):
    return trained / request.param


def sentences(text):
    """Whether every line has words of the target language alone."""
    known = set(TranslationLanguage().target.words[3:])
    return all(line and set(line.split()) <= known for line in text.splitlines())


@pytest.mark.parametrize("beam", [1, 3])
def test_every_backend_writes_the_same_translation(checkpoint, beam):
    options = ("--text", SOURCE, "--beam", beam)
    text = gradus("translate", checkpoint, *options)
    assert sentences(text)
    assert "kato" in text.split()
    assert gradus("translate", checkpoint, *options, "--backend", "torch") == text


def test_the_translation_is_that_of_the_models_own_method(trained, backends):
    """`translate` of the model, which `gradus evaluate` counts exact matches with."""
    saved = load_checkpoint(trained / "conv_seq2seq")
    model = saved.restore_as("model", backends("numpy"))
    ids = Vocabulary(saved.training["source_words"]).encode([*SOURCE.split(), "</s>"])
    for beam in (1, 2):
        words = model.translate(ids[None], 8, beam)[0]
        text = " ".join(saved.vocabulary.decode(words[words > EOS]))
        shown = gradus("translate", trained / "conv_seq2seq", "--text", SOURCE, "--beam", beam)
        assert shown == f"{text}\n"


def test_bleu_is_that_of_the_written_translations(trained, backends):
    """`gradus evaluate` shows BLEU, its interval and chrF: those of `sacrebleu`."""
    saved = load_checkpoint(trained / "conv_seq2seq")
    model = saved.restore_as("model", backends("numpy"))
    test = corpus().test
    encode = Vocabulary(saved.training["source_words"]).encode
    length = int(saved.training["length"])
    source = pad([encode([*pair.source, "</s>"]) for pair in test])
    written = [
        " ".join(saved.vocabulary.decode(row[row > EOS])) for row in model.translate(source, length)
    ]
    right = [[" ".join(pair.target) for pair in test]]
    bleu = sacrebleu.corpus_bleu(written, right, tokenize="none", smooth_method="none").score
    chrf = sacrebleu.corpus_chrf(written, right).score
    for backend in ("numpy", "torch"):
        shown = gradus("evaluate", trained / "conv_seq2seq", "--backend", backend)
        result = re.search(r"BLEU (\S+) \(95 % interval (\S+) to (\S+)\), chrF (\S+),", shown)
        score, low, high, characters = map(float, result.groups())
        assert (score, characters) == (round(bleu, 2), round(chrf, 2))
        assert low < score < high


def test_each_line_of_the_standard_input_is_translated(checkpoint):
    lines = CliRunner().invoke(app, ["translate", str(checkpoint)], input=f"{SOURCE}\n\n{SOURCE}\n")
    first = gradus("translate", checkpoint, "--text", SOURCE)
    assert lines.output == f"{first}\n{first}"


def test_a_rule_changes_the_translation(checkpoint):
    for beam in (1, 4):
        text = gradus("translate", checkpoint, "--text", SOURCE, "--must", "regina", "--beam", beam)
        assert "regina" in text.split()
    text = gradus("translate", checkpoint, "--text", SOURCE, "--must-not", "kato")
    assert "kato" not in text.split()
    assert sentences(text)


def test_a_sample_needs_a_condition_and_is_one_sentence(checkpoint):
    text = gradus("sample", checkpoint, "--condition", SOURCE, "--temperature", 0)
    assert text == gradus("translate", checkpoint, "--text", SOURCE)
    options = ("--condition", SOURCE, "--temperature", 3)  # a good model is rarely in doubt
    drawn = {gradus("sample", checkpoint, *options, "--seed", n) for n in range(5)}
    assert len(drawn) > 1
    assert {text.count("\n") for text in drawn} == {1}
    with pytest.raises(UsageError, match=r"needs a condition. Commands .* --condition \"TEXT\"`"):
        gradus("sample", checkpoint)
    with pytest.raises(UsageError, match="needs a condition"):
        gradus("complete", checkpoint, "lo")


def test_unknown_words_are_reported_and_empty_and_too_long_texts_refused(trained):
    shown = gradus("translate", trained / "conv_seq2seq", "--text", "the purple cat sees a dog")
    assert shown.startswith("not in the vocabulary, read as <unk>: purple\n")
    for words in (("--text", " "), ()):
        with pytest.raises(BadInputError, match="no sentence to translate"):
            gradus("translate", trained / "conv_seq2seq", *words)
    with pytest.raises(BadInputError, match="the condition has no words"):
        gradus("sample", trained / "conditional_lm", "--condition", "")
    with pytest.raises(BadInputError, match="cannot read this sentence: a sentence has 13 words"):
        gradus("translate", trained / "conv_seq2seq", "--text", f"{SOURCE} {SOURCE}")


def test_the_alignment_is_shown_and_drawn_where_the_model_has_one(trained, tmp_path):
    options = ("--text", SOURCE, "--alignment", "--plot", tmp_path / "weights.svg")
    for option in ("--alignment", ("--plot", "x.svg")):
        words = (option,) if isinstance(option, str) else option
        with pytest.raises(UsageError, match=f"no alignment: leave out `{words[0]}`"):
            gradus("translate", trained / "conv_seq2seq", "--text", SOURCE, *words)
    with pytest.raises(UsageError, match="`--plot` draws one sentence: give it with `--text`"):
        gradus("translate", trained / "attentive_translator", "--plot", "x.svg")
    checkpoint = trained / "attentive_translator"
    shown = gradus("translate", checkpoint, *options)
    assert gradus("translate", checkpoint, *options, "--backend", "torch") == shown
    text, *lines, drawn = shown.splitlines()
    assert drawn == f"drawn in {tmp_path / 'weights.svg'}"
    results = [re.fullmatch(r"  (\S+) <- (\S+) \((\d\.\d\d)\)", line).groups() for line in lines]
    assert " ".join(word for word, _, _ in results) == text
    assert {word for _, word, _ in results} <= {*SOURCE.split(), "</s>"}
    picture = (tmp_path / "weights.svg").read_text("utf-8")
    assert picture.count('class="cell"') == len(results) * 7


def test_the_students_beam_search_translates_under_a_rule(trained, tmp_path):
    """It is another program than the reference, and knows nothing of rules."""
    folder = tmp_path / "language_models" / "sampling"
    folder.mkdir(parents=True)
    own = ROOT / "tests/data/alternates/language_models/sampling/lists_of_beams.py"
    (folder / "sampling.py").write_text(own.read_text())
    options = ("--text", SOURCE, "--must", "regina", "--beam", 3)
    student = ("--provider", "student", "--submission", tmp_path)
    expected = gradus("translate", trained / "conv_seq2seq", *options)
    assert gradus("translate", trained / "conv_seq2seq", *options, *student) == expected


def test_two_files_are_a_corpus(tmp_path, monkeypatch):
    """Those of `multi30k`; rare words are left out, and lines must correspond."""
    monkeypatch.chdir(tmp_path)
    for start, part in ((0, "train"), (80, "val"), (90, "test_2016_flickr")):
        lines = [line.split("\t") for line in PAIRS.splitlines()[start : start + 80]]
        for side, language in enumerate(("de", "en")):
            text = "\n".join(pair[side] for pair in lines)
            (tmp_path / f"{part}.{language}").write_text(text)
    corpus = ("--corpus", "multi30k", "--data", ".", "--minimum-count", 10)
    printed = gradus("train", "attentive_translator", *corpus, *SIZES, "--out", "m")
    assert "80 pairs to learn from, 80 held out, 80 to test" in printed
    assert "BLEU" in gradus("evaluate", "m")
    for text, message in (
        ("a\n", "has 80 lines, but .* has 1: line i"),
        ("\n" * 80, "line 1: a sen"),
    ):
        (tmp_path / "train.en").write_text(text)
        with pytest.raises(BadInputError, match=message):
            gradus("train", "attentive_translator", *corpus)
    (tmp_path / "train.en").write_bytes(b"\xff\xfe" * 9)
    with pytest.raises(BadInputError, match="not UTF-8"):
        gradus("train", "attentive_translator", *corpus)


def test_a_file_of_two_columns_is_a_corpus(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = PAIRS.splitlines()[:300]
    (tmp_path / "pairs.tsv").write_text("\n".join(lines))
    (tmp_path / "other.tsv").write_text("\n".join(lines[:20]))
    printed = gradus("train", "conv_seq2seq", "--corpus", "pairs.tsv", *SIZES, "--out", "m")
    assert "270 pairs to learn from, 30 held out, 0 to test" in printed
    assert gradus("translate", "m", "--text", lines[0].partition("\t")[0]).strip()
    assert "held-out perplexity" in gradus("evaluate", "m")
    assert "20 to test" in gradus("evaluate", "m", "--corpus", "other.tsv")
    with pytest.raises(BadInputError, match=r"no\.tsv cannot be read"):
        gradus("evaluate", "m", "--corpus", "no.tsv")
