"""Files of sentence pairs."""

from framework.data.sentence_pairs import SentencePair
from plugins.lectures.formats.pair_file import read_pairs


def test_each_line_has_a_sentence_and_its_translation(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("the dog\tlo  hundo\n\na cat \t un kato\r\n", encoding="utf-8")
    assert read_pairs(path) == [
        SentencePair(("the", "dog"), ("lo", "hundo")),
        SentencePair(("a", "cat"), ("un", "kato")),
    ]
