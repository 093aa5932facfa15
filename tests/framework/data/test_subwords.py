"""Subwords as tokens: lines come back, merges are learned once, wrong functions are errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.data.subwords import Subwords, check_tokens, tokens_of, vocabulary_of
from framework.data.tokens import CHARACTERS, WORDS
from framework.errors import UsageError
from plugins.lectures.formats.corpus_files import load_corpus, load_text
from plugins.networks.translation import subwords as fast

FUNCTIONS = {
    "learn_merges": fast.learn_merges,
    "encode_subwords": fast.encode,
    "decode_subwords": fast.decode,
}
LINES = ["the king sings", "the ring, the rings", "  a blank  in front", "naïve 学习"]


def learned(count=60, lines=LINES, **others):
    return tokens_of(f"subwords:{count}", (FUNCTIONS | others).__getitem__).learned(lines)


@given(line=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_every_line_comes_back(line):
    tokens = learned()
    result = tokens.split(line)
    assert tokens.join(result) == line
    assert set(result) <= set(tokens.known)


def test_a_word_has_the_same_tokens_wherever_it_stands():
    tokens = learned()
    assert tokens.split("the king") == [" the", " king"]
    assert tokens.split("king the, the")[1:] == [" the", ",", " the"]


def test_blanks_and_parts_of_characters_are_shown():
    tokens = learned(1)
    assert [tokens.shown([token]) for token in tokens.split("a ï\t")] == [
        *("▁", "a", "▁", r"\xc3", r"\xaf", r"\t")
    ]
    assert tokens.join(tokens.split("ï")[1:2]) == "\ufffd"


def test_learned_merges_stay():
    tokens = learned()
    assert tokens.learned(["another text"]) is tokens
    saved = tokens_of("subwords:60", FUNCTIONS.__getitem__, tokens.saved()["merges"])
    assert isinstance(saved, Subwords)
    assert saved.learned(["another text"]).known == tokens.known
    assert saved.split(LINES[1]) == tokens.split(LINES[1])
    few = learned(1000, ["ab ab", "cd"])  # fewer pairs than merges
    assert (len(few.merges), len(few.known)) == (4, 256 + 4)
    assert learned(1000, [""]).merges == []


def test_the_vocabulary_has_all_subwords_and_no_unknown_one():
    tokens = learned()
    vocabulary = vocabulary_of(tokens, [["the"]], maximum_size=4)
    assert vocabulary.words[3:] == tokens.known
    assert 1 not in vocabulary.encode(tokens.split("<unk> 🙂 unseen </s>"))
    assert vocabulary_of(WORDS, [["the"]]).words[3:] == ("the",)


def test_a_file_is_read_line_by_line(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("to be\n\n or </s>\nto be", encoding="utf-8")
    corpus = load_corpus(str(path), tokens=tokens_of("subwords:9", FUNCTIONS.__getitem__))
    end, decode = "</s>", corpus.vocabulary.decode
    assert decode(corpus.train)[:4] == [end, " to", " be", end]
    assert decode(corpus.valid) == [end, " to", " be", end]
    whole = decode(load_text(str(path), corpus.vocabulary, corpus.tokens))
    assert whole[:4] == [end, " to", " be", end]
    assert whole.count(end) == 5, "the text's own </s> is no end of a line"


@pytest.mark.parametrize(
    ("function", "wrong", "message"),
    [
        ("learn_merges", lambda words, count: [(97, 256)], r"merge 0 is \(97, 256\)"),
        ("learn_merges", lambda words, count: [(97, 98)] * 2, "make the same token"),
        ("encode_subwords", lambda words, merges: [[97] for _ in words], "lose a part of the text"),
        ("encode_subwords", lambda words, merges: [], "lose a part of the text"),
        ("encode_subwords", lambda words, merges: [97, 98], r"encode returned \[97, 98\]"),
        ("encode_subwords", lambda words, merges: None, "encode returned None, expected a list"),
        ("learn_merges", lambda words, count: None, "learn_merges returned None, expected a list"),
        ("learn_merges", lambda words, count: [(97, 98, 99)], "a merge of 3 tokens"),
        ("decode_subwords", lambda ids, merges: b"", "lose a part of the text"),
        ("decode_subwords", lambda ids, merges: ids["a"], "lambda> raises TypeError: list indices"),
    ],
)
def test_wrong_functions_of_a_provider_are_errors(function, wrong, message):
    with pytest.raises(UsageError, match=f"{message}.*`grade subwords`"):
        learned(**{function: wrong})


@pytest.mark.parametrize("spec", ["word", "subwords", "subwords:", "subwords:0", "subwords:-1"])
def test_other_tokens_are_an_error(spec):
    assert tokens_of("words", {}.__getitem__) is WORDS
    assert tokens_of("characters", {}.__getitem__) is CHARACTERS
    with pytest.raises(UsageError, match=f"as in subwords:8000, not '{spec}'"):
        check_tokens(spec)
