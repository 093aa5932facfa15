"""Checks of training that you can see. The course has hidden ones, too.

The text consists of words of two syllables. Outside quotes a syllable is a consonant and a vowel,
inside it is a vowel and a consonant:  bade kigo "abog idub" tagi ...  So a model of characters has
to know whether a quote is open. The best possible perplexity is known.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import (
    after_call,
    agrees,
    assign,
    built,
    equal,
    expect,
    language_model_callback,
    likelihood_ratio,
    part,
    refuses,
    token_log_probabilities,
    trained_models,
)
from autograder.course.thresholds import LOWER
from plugins.lectures.languages.markov import MarkovModel

CONSONANTS, VOWELS = "bdgklmnprst", "aeiou"
#: A quote opens after this share of the words outside, and ends after this share inside.
OPENS, ENDS = 0.25, 0.3
SYLLABLES = 2


class Quotations:
    """A text of syllables with quotes, in an alphabet that `rng` draws."""

    def __init__(self, rng):
        self.consonants = rng.permutation(list(CONSONANTS))[:7]
        self.vowels = rng.permutation(list(VOWELS))[:4]
        letters = [*self.consonants, *self.vowels, " ", '"']
        self.alphabet = "".join(rng.permutation(letters).tolist())

    def write(self, length, rng):
        """Return `length` characters, log P of each, and whether each is inside quotes."""
        source = [(" ", 0.0, False)]
        inside = self._opens(source, rng)
        while len(source) < length:
            inside = self._word(source, inside, rng)
        text, logs, marks = zip(*source[:length], strict=True)
        return np.array([self.alphabet.index(c) for c in text]), np.array(logs), np.array(marks)

    def _word(self, source, inside, rng):
        """Add a word and what stands after it; return whether the next one is inside quotes."""
        for k in range(2 * SYLLABLES):
            letters = self.consonants if (k % 2 == 0) != inside else self.vowels
            no_quote = np.log(1 - OPENS) if not k and not inside else 0.0
            source.append((rng.choice(letters), no_quote - np.log(len(letters)), inside))
        if not inside:
            source.append((" ", 0.0, False))
            return self._opens(source, rng)
        if rng.random() >= ENDS:
            source.append((" ", np.log(1 - ENDS), True))
            return True
        source += [('"', np.log(ENDS), False), (" ", 0.0, False)]
        return self._opens(source, rng)

    @staticmethod
    def _opens(source, rng):
        """Add an opening quote, or none; return whether there is one."""
        opens = bool(rng.random() < OPENS)
        source += [('"', np.log(OPENS), True)] * opens
        return opens

    def sample(self, count, length, rng):
        """Return ids `(count, length)`, log probabilities and marks of as many texts."""
        drawn = [self.write(length, rng) for _ in range(count)]
        return tuple(np.stack(rows) for rows in zip(*drawn, strict=True))


def ratio(model, texts, logs):
    """Return the perplexity of `model`, divided by that of the texts' own source."""
    return likelihood_ratio(token_log_probabilities(model, texts), logs[:, 1:])


def same_models(*modules, rng, sizes=(6, 3, 4)):
    """A recurrent language model for each of `modules`, with the same parameters."""
    models = [built(module, part("recurrent_lm", *sizes, rng=rng)) for module in modules]
    shapes = {name: value.shape for name, value in models[0].parameters.items()}
    values = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    for model in models:
        assign(model, values)
    return models


@pytest.mark.task("encode")
@pytest.mark.points(2)
@pytest.mark.hint("`alphabet.index(character)` is the id of one character.")
@pytest.mark.promise("errors")
def test_encode(submission, reference, rng):
    """encode: each character is its place in the alphabet."""
    equal(submission.encode("cab a", " abc"), np.array([3, 1, 2, 0, 1]), "encode('cab a', ' abc')")
    agrees(submission, reference, "encode", "dusty rose", " derostuy")
    agrees(submission, reference, "encode", "dusty rose", "".join(rng.permutation([*" derostuy"])))
    refuses(submission, "encode", "gold", " adegl")


@pytest.mark.task("text_chunks")
@pytest.mark.points(3)
@pytest.mark.hint("Row i of the next chunk goes on where row i of this one ends.")
def test_chunks_by_hand(submission, rng):
    """text_chunks: eleven tokens in two streams and chunks of three steps."""
    chunks = submission.text_chunks(np.arange(11), 2, 3)
    rows = [([[0, 1, 2], [5, 6, 7]], [[1, 2, 3], [6, 7, 8]]), ([[3, 4], [8, 9]], [[4, 5], [9, 10]])]
    expected = [(np.array(inputs), np.array(targets)) for inputs, targets in rows]
    equal(chunks, expected, "text_chunks(arange(11), 2, 3)")
    tokens = rng.integers(99, size=11)
    expected = [(tokens[inputs], tokens[targets]) for inputs, targets in expected]
    equal(submission.text_chunks(tokens, 2, 3), expected, "text_chunks(tokens, 2, 3)")


@pytest.mark.task("text_chunks")
@pytest.mark.points(3)
@pytest.mark.hint("L = (M − 1) // N. Up to N − 1 tokens at the end belong to no stream.")
@pytest.mark.promise("text_chunks.returns", "unchanged")
def test_chunks(submission, reference, rng):
    """text_chunks: lengths that do not divide evenly."""
    for length, batch_size, unroll in ((20, 3, 4), (31, 5, 6), (9, 1, 3), (12, 4, 10)):
        agrees(
            submission, reference, "text_chunks", rng.integers(9, size=length), batch_size, unroll
        )


@pytest.mark.task("fit_language_model")
@pytest.mark.points(4)
@pytest.mark.hint(
    "The state after a chunk is the first state of the next one; None in a new epoch."
)
@pytest.mark.promise("fit_language_model.ids")
def test_fit(submission, reference, rng):
    """fit_language_model: the same losses and parameters as the reference."""
    text = rng.integers(6, size=23)
    ours, theirs = same_models(submission, reference, rng=rng)
    settings = {"epochs": 2, "batch_size": 2, "unroll": 4, "learning_rate": 0.01}
    losses = submission.fit_language_model(ours, text, **settings)
    expected = reference.fit_language_model(theirs, text, **settings)
    equal(losses, expected, "the losses that fit_language_model returns", rtol=1e-6)
    for name, value in theirs.parameters.items():
        what = f"parameters['{name}'] after fit_language_model"
        equal(ours.parameters[name], value, what, rtol=1e-6, atol=1e-9)
    after = after_call(submission, "fit_language_model", ours, text, **settings)
    equal(after[1], text, "the text after fit_language_model", rtol=0.0)


@pytest.mark.task("fit_language_model")
@pytest.mark.points(5)
@pytest.mark.hint("If the check above passes, run `grade rnn_lm`: can its model learn?")
def test_characters(submission, reference, metric_threshold, table, rng):
    """fit_language_model: a model of characters learns to spell, and when a quote is open."""

    def ratios(rng):
        language = Quotations(rng)
        ids, _, _ = language.write(16_000, rng)
        build = part("recurrent_lm", len(language.alphabet), 12, 40, rng=rng)
        models = trained_models(submission, reference, build)
        settings = {"epochs": 4, "batch_size": 16, "unroll": 25, "learning_rate": 0.01}
        submission.fit_language_model(models.student, ids, **settings)
        models.copy_parameters()
        texts, logs, inside = language.sample(16, 200, rng)
        show_unit(models.reference, reference, texts, inside, table)
        yield models.evaluate(ratio, texts, logs)

    what = "the perplexity per character on new text, divided by that of its own source,"
    metric_threshold("perplexity_ratio", ratios, rng=rng, best=1.0, direction=LOWER, what=what)


@pytest.mark.task("write")
@pytest.mark.points(3)
@pytest.mark.hint("The prefix is a batch of one text: encode(prefix, alphabet)[None].")
def test_write(submission, rng):
    """write: a model that is certain writes the only text it knows."""
    a, b, c, *_ = letters = rng.permutation(list("anrow")).tolist()
    alphabet = "".join(rng.permutation([*letters, " "]).tolist())
    model = language_model_callback(certain(alphabet, f" {a}{b}{c}"))
    for prefix, rest in ((" ", f"{a}{b}{c} "), (f" {a}", f"{b}{c} {a}")):
        actual = submission.write(model, alphabet, prefix, 9, rng=rng)
        what = f"what a model writes after '{prefix}' that knows only ' {a}{b}{c}'"
        equal(actual, (rest * 3)[:9], what)
    two = np.eye(3)[(np.arange(3)[:, None] + np.arange(3)) % 3]
    model = language_model_callback(MarkovModel(two))
    for prefix, expected in (("ab", "bcacc"), ("bb", "caccb"), ("cab", "bcacc")):
        actual = submission.write(model, "abc", prefix, 5, rng=rng)
        what = f"what is written after '{prefix}', where the last two characters decide"
        equal(actual, expected, what)


@pytest.mark.task("write")
@pytest.mark.points(3)
@pytest.mark.hint("Pass the temperature and the generator on to `sample`.")
@pytest.mark.promise("write")
def test_temperature(submission, rng):
    """write: a low temperature keeps to the most probable character, a high one does not."""
    model = language_model_callback(favourite(3))
    others = rng.permutation(list("abc")).tolist()
    alphabet, most = "".join(others), others[1]
    cold = submission.write(model, alphabet, "ac", 30, 0.01, rng=rng)
    equal(cold, most * 30, f"30 characters at temperature 0.01, where {most} is most probable")
    warm = submission.write(model, alphabet, "ac", 300, 1.0, rng=rng)
    share = warm.count(most) / 300
    expect(
        0.3 < share < 0.7,
        f"{share:.0%} of 300 characters are {most}, which has the probability 50 %",
    )
    equal(len(warm), 300, "the number of characters that were written")
    first, again, other = (
        submission.write(model, "abc", "ac", 30, rng=np.random.default_rng(seed))
        for seed in (5, 5, 6)
    )
    equal(again, first, "what is written with an equal generator")
    expect(other != first, "another generator should write another text")


@pytest.mark.task("tracking_unit")
@pytest.mark.points(3)
@pytest.mark.hint("Correlate every column of the states with `inside`; the largest |r| wins.")
@pytest.mark.promise("unchanged", "tracking_unit.returns")
def test_tracking_unit(submission, reference, rng):
    """tracking_unit: the unit that follows the quotes, with the sign of its correlation."""
    for sign in (1.0, -1.0):
        inside = rng.random(40) < 0.4
        states = rng.normal(size=(40, 6))
        states[:, 4] += 3 * sign * inside
        states *= [100.0, 1e3, 1.0, 0.1, 0.01, 10.0]
        states[:, 2] = 1.0
        unit, r = agrees(submission, reference, "tracking_unit", states, inside)
        expected = float(np.corrcoef(states[:, unit], inside)[0, 1])
        equal(r, expected, "the correlation of the unit", rtol=1e-7)


def certain(alphabet, word):
    """A model that repeats `word` for ever."""
    V = len(alphabet)
    table = np.full((V, V, V), 1.0 / V)
    for c, following in zip(word, word[1:] + word[0], strict=True):
        table[:, alphabet.index(c)] = np.eye(V)[alphabet.index(following)]
    return MarkovModel(table)


def favourite(V):
    """A model for which character 1 has the probability ½, and the others share the rest."""
    row = np.full(V, 0.5 / (V - 1))
    row[1] = 0.5
    return MarkovModel(np.broadcast_to(row, (V, V, V)).copy())


def show_unit(model, reference, texts, inside, table):
    """Show the unit of the trained model that tracks quotes best."""
    states, state = [], model.initial_state(len(texts))
    for t in range(texts.shape[1]):
        _, state = model.next_log_probabilities(texts[:, t], state)
        states.append(state)
    h = np.stack(states, axis=1).reshape(inside.size, -1)
    unit, r = reference.tracking_unit(h, inside.ravel())
    table("The unit that tracks open quotes", ("unit", "correlation"), [(str(unit), f"{r:.3f}")])
