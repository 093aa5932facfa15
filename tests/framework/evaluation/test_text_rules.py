"""Automata accept the texts that a rule allows."""

from itertools import product

import numpy as np
import pytest

from framework.data.vocabulary import EOS, PAD, UNK, Vocabulary
from framework.errors import BadInputError, UnknownNameError
from framework.evaluation.text_rules import MAXIMUM_STATES, rule_of, words_needed

VOCABULARY = Vocabulary(["a", "b", '"'])
WORDS = ["a", "b", '"']
QUOTES = 'outside outside *\noutside inside "\n\ninside inside *\ninside outside "\noutside\n'


def accepts(rule, text):
    state = rule.state_after(VOCABULARY.encode(text.split()))
    return bool(np.append(rule.accepting, False)[state])


def texts(longest=4):
    return [" ".join(words) for n in range(longest + 1) for words in product(WORDS, repeat=n)]


@pytest.fixture
def quotes(tmp_path):
    path = tmp_path / "quotes.txt"
    path.write_text(QUOTES)
    return path


def test_no_rule_is_none():
    assert rule_of(VOCABULARY) is None


@pytest.mark.parametrize(
    ("must", "must_not"),
    [(["a"], []), (["a", "b", "a"], []), ([], ["b"]), ([], ["a", "b"]), (["a", '"'], ["b"])],
)
def test_words_must_and_must_not_come(must, must_not):
    rule = rule_of(VOCABULARY, must=must, must_not=must_not)
    for text in texts():
        words = set(text.split())
        assert accepts(rule, text) == (words >= set(must) and not words & set(must_not)), text


def test_an_automaton_is_read_from_a_file_and_joined_with_words(quotes):
    rule = rule_of(VOCABULARY, must=["a"], file=quotes)
    for text in texts():
        assert accepts(rule, text) == (text.count('"') % 2 == 0 and "a" in text), text


def test_a_word_without_a_line_is_refused(tmp_path):
    (tmp_path / "ab.txt").write_text("0 1 a\n1 0 b\n0\n")
    rule = rule_of(VOCABULARY, file=tmp_path / "ab.txt")
    assert [text for text in texts() if accepts(rule, text)] == ["", "a b", "a b a b"]


def test_no_text_has_padding_or_an_end_within_it():
    rule = rule_of(VOCABULARY, must=["a"])
    for id in (PAD, EOS):
        assert rule.state_after([id]) == len(rule.accepting)


def test_unknown_words_of_a_prompt_do_not_break_a_rule():
    rule = rule_of(VOCABULARY, must_not=["<unk>", "a"])
    assert words_needed(rule, [UNK], 0) == 0


def test_the_fewest_words_are_counted(quotes):
    a, b, quote = VOCABULARY.encode(WORDS)
    rule = rule_of(VOCABULARY, must=["a", "b"], file=quotes)
    for prompt, needed in (([], 2), ([a], 1), ([a, b], 0), ([quote], 3), ([quote, a, b], 1)):
        assert words_needed(rule, prompt, 3) == needed
    with pytest.raises(BadInputError, match="needs 3 more words, but the text has at most 2"):
        words_needed(rule, [quote], 2)


def test_a_prompt_that_breaks_the_rule_is_refused():
    rule = rule_of(VOCABULARY, must_not=["a"])
    with pytest.raises(BadInputError, match="no text that begins with this prompt"):
        words_needed(rule, VOCABULARY.encode(["a"]), 9)


MANY = Vocabulary([f"w{n}" for n in range(11)])


@pytest.mark.parametrize(
    ("vocabulary", "words", "error", "said"),
    [
        (VOCABULARY, {"must": ["c"]}, UnknownNameError, "no word of the model's vocabulary 'c'"),
        (VOCABULARY, {"must": ["a"], "must_not": ["a"]}, BadInputError, "'a' must come and must n"),
        (
            MANY,
            {"must": MANY.words[3:]},
            BadInputError,
            f"2048 states, .* {MAXIMUM_STATES}",
        ),
    ],
)
def test_words_that_make_no_rule_are_refused(vocabulary, words, error, said):
    with pytest.raises(error, match=said):
        rule_of(vocabulary, **words)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 1\n", "`STATE NEXT WORD` or `STATE` expected, but got '0 1'"),
        ("0 1 a\n", "has no accepting state"),
        ("", "has no accepting state"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, text, message):
    (tmp_path / "rule.txt").write_text(text)
    with pytest.raises(BadInputError, match=message):
        rule_of(VOCABULARY, file=tmp_path / "rule.txt")
