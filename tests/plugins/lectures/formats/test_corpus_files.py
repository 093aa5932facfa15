"""Corpora by name and from files."""

from pathlib import Path

import pytest

from framework.data.corpus import Corpus, SentenceCorpus
from framework.data.corpus_entry import SENTENCES, TEXT, CorpusEntry
from framework.data.corpus_registry import Corpora
from framework.data.tokens import CHARACTERS, WORDS
from framework.data.vocabulary import Vocabulary
from framework.errors import BadInputError, UnknownNameError, UsageError
from plugins.lectures.corpora import CORPORA
from plugins.lectures.formats.corpus_files import load_corpus, load_sentences, load_text

LINES = [f"the {noun} is here" for noun in ("key", "key", "cat", "dog", "key", "cat")]


@pytest.fixture
def text_file(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n\n".join(LINES) + "\nthe zebra is here\n", encoding="utf-8")
    return path


def words(corpus, ids):
    return " ".join(corpus.vocabulary.decode(ids))


def test_a_file_is_read_sentence_by_sentence(text_file):
    corpus = load_corpus(str(text_file))
    assert words(corpus, corpus.train).startswith(
        "</s> the key is here </s> the key is here </s> the cat is here </s> the <unk> is"
    )
    assert words(corpus, corpus.valid) == "</s> the <unk> is here </s>"
    assert corpus.best_perplexity is None
    assert "zebra" not in corpus.vocabulary
    assert "dog" not in corpus.vocabulary  # only once: models learn from it what unknown words do
    assert len(load_corpus(str(text_file), maximum_size=5).vocabulary) == 5
    sentences = [line.split() for line in [*LINES, "the zebra is here"]]
    assert load_sentences(str(text_file)) == sentences


def test_a_tenth_of_the_lines_is_held_out(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("".join(f"line {i}\n" for i in range(40)), encoding="utf-8")
    corpus = load_corpus(str(path))
    assert len(corpus.train) == 1 + 36 * 3
    assert len(corpus.valid) == 1 + 4 * 3


def test_a_text_may_be_held_out_in_a_file_of_its_own(tmp_path):
    train, valid = tmp_path / "train.txt", tmp_path / "valid.txt"
    train.write_text("a a rare", encoding="utf-8")
    valid.write_text("a new\n", encoding="utf-8")
    corpus = load_corpus(str(train), held_out=valid, minimum_count=1)
    assert corpus.vocabulary.decode(corpus.train) == ["</s>", "a", "a", "rare", "</s>"]
    assert corpus.vocabulary.decode(corpus.valid) == ["</s>", "a", "<unk>", "</s>"]
    assert corpus.held_out == str(valid)
    assert "rare" not in load_corpus(str(train), held_out=valid).vocabulary


def test_a_whole_file_in_a_given_vocabulary(text_file):
    ids = load_text(str(text_file), Vocabulary(["here", "the"]))
    assert len(ids) == 1 + 7 * 5
    assert ids[:6].tolist() == [2, 4, 1, 1, 3, 2]


def test_the_sentences_of_a_corpus_are_those_to_learn_from():
    result = load_sentences("two", Corpora([CorpusEntry("two", TEXT, f"{__name__}:two_sentences")]))
    assert result == [["a", "b"], ["a"]]


def test_a_corpus_of_sentences_is_taken_as_it_is():
    lines = Corpora([CorpusEntry("lines", SENTENCES, f"{__name__}:lines")])
    assert load_sentences("lines", lines) == [["a", "b"], ["c"]]
    with pytest.raises(UsageError, match="'lines' has sentences for word vectors, but text for"):
        load_corpus("lines", lines)


def lines():
    return SentenceCorpus("lines", (("a", "b"), ("c",)))


def two_sentences():
    vocabulary = Vocabulary(["a", "b"])
    learned = vocabulary.encode(["</s>", "a", "b", "</s>", "a", "</s>"])
    return Corpus("two", learned, vocabulary.encode(["</s>", "b"]), vocabulary)


def test_the_built_in_corpus_knows_its_best_perplexity():
    assert load_corpus("agreement", Corpora(CORPORA)).best_perplexity == pytest.approx(3.4, abs=0.1)
    with pytest.raises(UsageError, match="'agreement' has its own held-out text"):
        load_corpus("agreement", Corpora(CORPORA), held_out=Path("valid.txt"))
    with pytest.raises(UnknownNameError, match="'agrement': did you mean 'agreement'"):
        load_corpus("agrement", Corpora(CORPORA))


@pytest.mark.parametrize(
    ("name", "content", "options", "said"),
    [
        ("missing.txt", None, {}, "cannot be read: No such file"),
        ("folder/..", None, {}, "cannot be read"),
        ("empty.txt", b" \n\n", {}, "is empty"),
        ("ends.txt", b"\n\n\n", {"tokens": CHARACTERS}, "is empty"),
        ("latin.txt", "caf\u00e9 noir".encode("latin-1"), {}, "not UTF-8 text"),
        ("binary.txt", b"one\0two\nthree\n", {}, "is a binary file"),
        ("line.txt", b"only one line\n", {}, "only one line"),
    ],
)
def test_unusable_files_are_refused(tmp_path, name, content, options, said):
    (tmp_path / "folder").mkdir()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInputError, match=said) as caught:
        load_corpus(str(tmp_path / name), **options)
    assert name in str(caught.value)


def test_a_file_may_have_the_name_of_a_corpus_of_another_kind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="'trec' has labelled texts, but text for language"):
        load_corpus("trec", Corpora(CORPORA))
    (tmp_path / "trec").write_text("one two\n" * 3, "utf-8")
    assert load_sentences("trec", Corpora(CORPORA)) == [["one", "two"]] * 3
    assert load_corpus("trec", Corpora(CORPORA)).name == "trec"


def test_characters_of_a_file_keep_its_blanks_and_blank_lines(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("to be\n\n or\nno", encoding="utf-8")
    corpus = load_corpus(str(path), minimum_count=1, tokens=CHARACTERS)
    end = "</s>"
    assert corpus.vocabulary.decode(corpus.train) == [end, *"to be", end, end, *" or", end]
    assert corpus.vocabulary.decode(corpus.valid) == [end, "<unk>", "o", end]
    text = load_text(str(path), corpus.vocabulary, CHARACTERS)
    assert len(text) == 1 + len("to be\n\n or\nno\n")


def test_characters_of_a_corpus_by_name_have_a_blank_between_words():
    words, characters = (
        load_corpus("agreement", Corpora(CORPORA), tokens=tokens) for tokens in (WORDS, CHARACTERS)
    )
    for part in ("train", "valid"):
        ids, spelled = getattr(words, part)[:200], getattr(characters, part)[:2000]
        said = " ".join(words.vocabulary.decode(ids)).replace(" </s> ", "</s>").strip()
        result = "".join(characters.vocabulary.decode(spelled))
        assert result.startswith(said.replace("</s> ", "</s>"))
    assert characters.best_perplexity is None
