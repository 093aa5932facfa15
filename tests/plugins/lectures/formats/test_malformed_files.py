"""Every reader refuses malformed files, with the name of the file and the line."""

from functools import partial

import pytest

from framework.errors import BadInputError
from plugins.lectures.evaluation.word_similarity import read_judged_pairs
from plugins.lectures.formats.conll import read_conll
from plugins.lectures.formats.conllu import read_conllu
from plugins.lectures.formats.label_files import read_csv_texts, read_labelled
from plugins.lectures.formats.pair_file import read_pairs
from plugins.lectures.formats.word_vectors import load_word_vectors

read_csv = partial(read_csv_texts, classes=("World", "Sports"))
PAIR = "line 2: a sentence, a tab and its translation expected, but got "
CLASS = "a class from 1 to 2"

#: Reader, content of the file, and what is said.
MALFORMED = [
    (read_conll, "Ada I-PER\nLovelace\n", "line 2: the word 'Lovelace' has no tag"),
    (read_conll, "Ada NNP\n", "line 1: 'NNP' is no tag"),
    (read_conll, "Ada\t\tI-PER\n", "line 1: a column is empty"),
    (read_conll, "-DOCSTART- O\n\n", "has no sentences"),
    (read_conll, "", "has no sentences"),
    (read_conllu, "1\tgo\tVERB\n", "line 1: expected 10 columns separated by tabs, found 3"),
    (read_conllu, "1\tgo\tgo" + "\t_" * 7 + "\n", "line 1: 'go' has no part of speech"),
    (read_conllu, "# nothing\n", "has no sentences: expected the ten columns of CoNLL-U"),
    (read_labelled, "good a\nbad\n", "line 2: a label and words expected, but got 'bad'"),
    (read_labelled, "\n \n", "is empty"),
    (read_labelled, "(3 (2 It) (4 is))\n", "line 1: a label and words expected, but got a bracke"),
    (read_labelled, "ham\ta b\nspam\ta\tb\n", "line 2: a label, a tab and a text expected"),
    (read_labelled, "".join(f"w{i} of a text\n" for i in range(15)),
     "15 labels on 15 lines, most of them once"),
    *((read_csv, row, CLASS) for row in ("3,A goal\n", "0,A goal\n", "1\n")),
    *((read_csv, text, "is empty") for text in ("label,content\n", "")),
    (read_pairs, "a\tb\na b\n", PAIR + "'a b'"),
    *((read_pairs, f"a\tb\n{line}", PAIR) for line in ("a\tb\tc\n", "\tb\n")),
    (read_pairs, "a\tb\na </s>\tb\n", "line 2: </s> is no word"),
    (read_pairs, "a\tb\n", "has 1 pairs of sentences: at least two are needed"),
    (read_pairs, "", "has 0 pairs"),
    (read_judged_pairs, "old\tnew\t1.58\nold new 2\n", "line 2: word, word, score"),
    (read_judged_pairs, "old\tnew\tnan\n\nx\ty\tinf\n", "line 3"),
    (read_judged_pairs, "", "empty"),
    (load_word_vectors, "", "is empty"),
    (load_word_vectors, "a\n", "line 1: a word and its numbers expected"),
    (load_word_vectors, "a 1 2\nb 3\n", "line 2: a word and 2 numbers expected"),
    (load_word_vectors, "2 2\na 1 2\n", "announces 2 words, but has 1"),
    (load_word_vectors, "1 2\na 1 2\nb 3 4\n", "announces 1 words, but has 2"),
    (load_word_vectors, "2 2\na 1 2\nb 3\n", "line 3: a word and 2 numbers expected"),
    (load_word_vectors, "1 2\na 1 two\n", "line 2: could not convert"),
    (load_word_vectors, "2 1\na 1\na 2\n", "'a' has more than one vector"),
    (load_word_vectors, "1 1\na nan\n", "'a' is not finite"),
    (load_word_vectors, b"1 1\n\xff 1\n", "not UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("read", "content", "said"), MALFORMED)
def test_a_malformed_file_is_named_with_the_line(tmp_path, read, content, said):
    file = tmp_path / "the file.txt"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadInputError, match=r"the file\.txt") as caught:
        read(file)
    assert said in str(caught.value)
