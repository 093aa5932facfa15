"""Files in the format of CoNLL-2003."""

import pytest
from repository import text_of

from framework.data.corpus_entry import TAGGED_SENTENCES
from framework.data.corpus_registry import Corpora
from plugins.lectures.corpora import CORPORA
from plugins.lectures.formats.conll import read_conll

TRAIN = text_of("texts/conll/train.txt")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "eng.train").write_text(TRAIN, "utf-8")
    (tmp_path / "eng.testa").write_text("Ada\tI-PER\r\n\r\n\r\nrests\tO\r\n", "utf-8")
    (tmp_path / "eng.testb").write_text("Turin I-LOC\n", "utf-8")
    return tmp_path


def conll2003(folder):
    return Corpora(CORPORA).load("conll2003", TAGGED_SENTENCES, folder=folder)


def test_sentences_with_tags_in_iob2(folder):
    first, second = read_conll(folder / "eng.train")
    assert first.words == ("Ada", "Lovelace", "saw", "Turin", "Torino")
    assert first.tags == ("B-PER", "I-PER", "O", "B-LOC", "B-LOC")
    assert second.words == ("saw",)


def test_columns_between_word_and_tag_do_not_matter(folder):
    sentences = read_conll(folder / "eng.testa")
    assert [(s.words, s.tags) for s in sentences] == [(("Ada",), ("B-PER",)), (("rests",), ("O",))]


def test_a_corpus_has_the_frequent_words_and_all_tags_of_its_training_part(folder):
    corpus = conll2003(folder)
    assert corpus.vocabulary.words[3:] == ("saw",)
    assert corpus.tags == ("B-LOC", "B-PER", "I-PER", "O")
    assert len(corpus.train) == len(corpus.valid) == 2
    assert [sentence.tags for sentence in corpus.test] == [("B-LOC",)]


def test_the_names_of_the_other_release(folder):
    for old, new in (("train", "train"), ("testa", "valid"), ("testb", "test")):
        (folder / f"eng.{old}").rename(folder / f"{new}.txt")
    assert conll2003(folder).tags == ("B-LOC", "B-PER", "I-PER", "O")


def test_words_may_have_blanks_and_separators_where_tabs_stand_between_columns(folder):
    text = "New York\tNNP\tB-LOC\n\n\nx\x0cy\tNN\tO\n"
    (folder / "eng.testb").write_text(text, "utf-8")
    words = [sentence.words for sentence in conll2003(folder).test]
    assert words[0] == ("New York",)
    assert words[1] == ("x\x0cy",)
