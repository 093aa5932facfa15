"""Corpora of labelled texts by name: small files of our own, and the real ones where they are."""

from pathlib import Path

import pytest
from repository import DATA

from framework.data.corpus_registry import Corpora
from framework.data.labelled import LabelledText
from framework.errors import BadInputError, UnknownNameError
from plugins.lectures.corpora import CORPORA
from plugins.lectures.formats.corpus_files import load_text_corpus


def load(name, folder=None):
    return load_text_corpus(name, folder, Corpora(CORPORA))


@pytest.fixture
def folder(tmp_path):
    """The folder above those of two corpora."""
    files = {
        "trec/train.txt": "0 What is an atom ?\n3 Who was Galileo ?\n",
        "trec/test.txt": "3 Who are you ?\n",
        "subj/subj.all": "1 i found it moving\n0 a clerk finds a map\n",
        "sst2/stsa.binary.train": "1 good\n0 bad\n",
        "sst2/stsa.binary.dev": "1 fine\n",
        "sst2/stsa.binary.test": "0 dull\n",
        "ag_news/train.csv": '"3","Oil","rises"\n"4","Chips","fall"\n',
        "ag_news/test.csv": '"1","Talks","end"\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_the_folder_is_that_of_the_corpus_or_the_one_above(folder):
    above, own = load("trec", folder), load("trec", folder / "trec")
    assert above == own
    assert own.classes == ("0", "3")
    assert own.train[0] == LabelledText(("What", "is", "an", "atom", "?"), "0")
    assert (len(own.valid), len(own.test)) == (0, 1)


def test_parts_and_names_of_classes(folder):
    assert [t.words for t in load("sst2", folder).valid] == [("fine",)]
    news = load("ag_news", folder)
    assert news.classes == ("Business", "Sci/Tech")
    assert news.test == [LabelledText(("talks", "end"), "World")]


def test_subjective_and_objective_sentences(folder):
    corpus = load("subj", folder)
    assert corpus.classes == ("0", "1")
    assert corpus.train[0] == LabelledText(("i", "found", "it", "moving"), "1")
    assert not corpus.valid
    assert not corpus.test


def test_a_file_is_a_corpus_too_and_other_names_are_reported(folder):
    name = str(folder / "trec" / "train.txt")
    corpus = load(name)
    assert (corpus.name, len(corpus.train), corpus.valid, corpus.test) == (name, 2, (), ())
    with pytest.raises(UnknownNameError, match=r"texts 'trek': did you mean 'trec'"):
        load("trek")
    with pytest.raises(BadInputError, match="no folder 'nowhere'"):
        load("mr", Path("nowhere"))


@pytest.mark.parametrize(
    ("name", "texts", "classes", "words"),
    [
        ("trec", (5452, 500), 6, 9592),  # as in Kim 2014, table 1
        ("mr", (10662, 0), 2, 18763),  # 18,765 there
        ("ag_news", (8000, 7600), 4, None),
    ],
)
def test_the_real_corpora_have_the_published_sizes(name, texts, classes, words):
    if not (DATA / name).is_dir():
        pytest.skip(f"no corpus {name} in {DATA}: GRADUS_DATA says where it is")
    corpus = load(name, DATA)
    assert (len(corpus.train), len(corpus.test)) == texts
    assert len(corpus.classes) == classes
    names = {word for text in [*corpus.train, *corpus.test] for word in text.words}
    assert words in (None, len(names))
