"""Files in the format CoNLL-U of Universal Dependencies."""

from framework.data.corpus_entry import PARTS_OF_SPEECH
from framework.data.corpus_registry import Corpora
from plugins.lectures.corpora import CORPORA
from plugins.lectures.formats.conllu import read_conllu


def line(number, word, tag):
    return "\t".join([number, word, word, tag, *["_"] * 6]) + "\n"


SENTENCES = (
    "# sent_id = 1\n"
    + line("1-2", "don't", "_")
    + line("1", "do", "AUX")
    + line("2", "n't", "PART")
    + line("2.1", "left out", "VERB")
    + line("3", "go", "VERB")
    + "\n\n# text = Go\n"
    + line("1", "go", "VERB")
)


def test_words_and_parts_of_speech_are_read_without_ranges_and_empty_nodes(tmp_path):
    file = tmp_path / "one.conllu"
    file.write_text(SENTENCES, "utf-8")
    first, second = read_conllu(file)
    assert (first.words, first.tags) == (("do", "n't", "go"), ("AUX", "PART", "VERB"))
    assert (second.words, second.tags) == (("go",), ("VERB",))


def test_the_corpus_marks_words_that_occur_once_as_rare(tmp_path):
    for part in ("train", "dev", "test"):
        (tmp_path / f"en_ewt-ud-{part}.conllu").write_text(SENTENCES, "utf-8")
    corpus = Corpora(CORPORA).load("ud_ewt", PARTS_OF_SPEECH, folder=tmp_path)
    assert not corpus.entities
    assert corpus.tags == ("AUX", "PART", "VERB")
    assert corpus.vocabulary.words[3:] == ("go",)
    assert corpus.rare_words == ("do", "n't")
