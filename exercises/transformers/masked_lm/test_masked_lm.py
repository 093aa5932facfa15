"""Checks of masked language models that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    LOWER,
    after_call,
    callback,
    equal,
    expect,
    in_float32,
    likelihood_ratio,
    log_softmax,
    matches_distribution,
    paired_models,
    real_array,
    returns_new_arrays,
    trained_models,
)
from plugins.lectures.languages.correlatives import LONGEST, CorrelativeLanguage

V, T, D, H = 7, 6, 8, 2
#: Texts of 6, 3, 1 and 4 words.
LENGTHS = np.array([[6], [3], [1], [4]])
#: What becomes of a chosen word: MASK, itself, another word.
HIDDEN, KEPT, OTHER = range(3)


def texts(rng, lengths=LENGTHS, words=V):
    """Return random texts of these lengths, padded."""
    ids = rng.integers(1, words, size=(len(lengths), lengths.max()))
    return ids * (np.arange(lengths.max()) < lengths)


def some_of(ids, rng):
    """Return which words are chosen: about half of them, and at least one."""
    chosen = (ids != 0) & (rng.random(ids.shape) < 0.5)
    chosen[0, 0] = True
    return chosen


def models(submission, reference, name, rng, *, sizes=(V, T, D, H, 2)):
    """Return both models with the same parameters."""
    return paired_models(submission, reference, name, *sizes, rng=rng)


def fates(ids, inputs, chosen, words):
    """Return what became of each chosen word."""
    read, was = inputs[chosen], ids[chosen]
    return np.where(read == words, HIDDEN, np.where(read == was, KEPT, OTHER))


@pytest.mark.task("mask_tokens")
@pytest.mark.points(4)
@pytest.mark.hint("rng.random(ids.shape) < share chooses; a second number decides what happens.")
@pytest.mark.promise("shares", "independent")
def test_shares(submission, rng):
    """mask_tokens: 15 % are chosen, independently; 80, 10 and 10 % of them are treated alike."""
    words, ids = 11, rng.integers(1, 11, size=(1500, 20))
    inputs, chosen = submission.mask_tokens(ids, words, rng=rng)
    expect(
        chosen.dtype == bool and chosen.shape == ids.shape,
        f"chosen should be bool {ids.shape}, but is {chosen.dtype} {chosen.shape}",
    )
    matches_distribution(chosen.astype(int), [0.85, 0.15], "whether a word is chosen")
    by_chance = 0.1 / (words - 1)  # a random word is the word itself
    p = [0.8, 0.1 + by_chance, 0.1 - by_chance]
    what = "what a chosen word becomes (0: MASK, 1: itself, 2: another word)"
    matches_distribution(fates(ids, inputs, chosen, words), p, what)
    counts = np.array([chosen[:, :10].sum(axis=1), chosen[:, 10:].sum(axis=1)])
    p = [0.85**10, 10 * 0.85**9 * 0.15]
    at_most_2 = np.minimum(counts, 2)
    what = "chosen words among ten (0, 1, or 2 and more)"
    matches_distribution(at_most_2, [*p, 1 - sum(p)], what)


@pytest.mark.task("mask_tokens")
@pytest.mark.points(2)
@pytest.mark.hint("ids != PAD is where words are. np.where makes a new array.")
@pytest.mark.promise("padding-is-never-chosen", "unchanged", "mask_tokens.ids")
def test_all_others_stay(submission, rng):
    """mask_tokens: only chosen words change, and padding is never chosen."""
    ids = texts(rng, rng.integers(1, 12, size=(200, 1)), words=9)
    (inputs, chosen), before = submission.mask_tokens(ids, 9, 0.5, rng=rng), ids.copy()
    equal(inputs[~chosen], ids[~chosen], "the ids that were not chosen")
    expect(not chosen[ids == 0].any(), "padding was chosen: only words can be predicted")
    expect(chosen.any(), "no word of 200 texts was chosen, where each has the probability 0.5")
    left = after_call(submission, "mask_tokens", ids, 9, 0.5, rng=rng)
    equal(left[0], before, "the ids after mask_tokens")


@pytest.mark.task("mask_tokens")
@pytest.mark.points(2)
@pytest.mark.hint("rng.integers(1, V): 0 is padding, and V is MASK.")
@pytest.mark.promise("random-words", "independent", "mask_tokens")
def test_random_words(submission, rng):
    """mask_tokens: a random word is any word, and neither padding nor MASK."""
    words, ids = 5, np.full((800, 50), 2)
    inputs, chosen = submission.mask_tokens(ids, words, 0.9, rng=rng)
    p = np.array([0, 0.025, 0.125, 0.025, 0.025, 0.8])
    matches_distribution(inputs[chosen], p, "the ids that a model reads for chosen words")
    for what, lines in (("text", inputs), ("position", inputs.T)):
        drawn = [len({*line.tolist()} - {2, words}) for line in lines]
        expect(max(drawn) > 1, f"all random words of a {what} are equal: draw one for each word")
    seeds = (3, 3, 4)
    first, again, other = (
        submission.mask_tokens(ids, words, rng=np.random.default_rng(seed)) for seed in seeds
    )
    equal(again, first, "mask_tokens with an equal generator")
    drawn = {"expected": first, "rng": np.random.default_rng(3)}
    returns_new_arrays(submission, "mask_tokens", ids, words, **drawn)
    expect(bool((other[1] != first[1]).any()), "another generator should choose other words")


@pytest.mark.task("TransformerEncoder")
@pytest.mark.points(4)
@pytest.mark.hint("embedding[ids], positions, each block with the mask ids != PAD, then norm.")
@pytest.mark.promise("unchanged", "TransformerEncoder.forward.ids")
def test_encodings(submission, reference, rng):
    """TransformerEncoder: encodings with one and two blocks, of texts with padding."""
    for layers in (1, 2):
        pair = models(submission, reference, "TransformerEncoder", rng, sizes=(V, T, D, H, layers))
        pair.same_forward(rng.integers(1, V + 1, size=(2, T)))
        pair.same_forward(texts(rng))


@pytest.mark.task("TransformerEncoder")
@pytest.mark.points(3)
@pytest.mark.hint("Is your block causal? Does its mask reach the attention?")
@pytest.mark.promise("both-sides", "padding-changes-nothing")
def test_both_sides(submission, reference, rng):
    """TransformerEncoder: an encoding depends on all words of its text, and on no padding."""
    pair = models(submission, reference, "TransformerEncoder", rng)
    model, ids = pair.student, rng.integers(1, V, size=(1, T))
    before = pair.same_forward(ids)
    for position in (0, T - 1):
        changed = ids.copy()
        changed[0, position] = ids[0, position] % (V - 1) + 1
        differs = (model.forward(changed) != before).any(axis=2)[0]
        message = f"the encoding of word {{}} does not depend on word {position}: both sides count"
        expect(bool(differs.all()), message.format(int(differs.argmin())))
    ids[0, 4:] = 0
    alone = model.forward(ids[:, :4])
    padded = model.forward(ids)
    equal(padded[:, :4], alone, "the encodings of a text with two ids of padding", rtol=1e-9)
    equal(padded[:, 4:], np.zeros((1, 2, D)), "the encodings of padding")


@pytest.mark.task("TransformerEncoder")
@pytest.mark.points(5)
@pytest.mark.hint("The parts in reverse order; np.add.at for the rows of the embedding.")
@pytest.mark.promise("TransformerEncoder.backward", "adds-up", "dtype", "no-gradient-for-padding")
def test_backward_of_the_encoder(submission, reference, rng):
    """TransformerEncoder: gradients of all parts; words that repeat, and padding."""
    pair, ids = models(submission, reference, "TransformerEncoder", rng), texts(rng)
    ids[0, :3] = 4
    pair.same_backward(ids, rng=rng, atol=1e-10)
    pair.accumulates(ids, rng=rng)
    if in_float32(pair):
        pair.same_backward(ids, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("MaskedLM")
@pytest.mark.points(3)
@pytest.mark.hint("h[chosen] are the rows of the chosen words, in the order of ids[chosen].")
@pytest.mark.promise(
    "unchanged", "chosen-words-only",
    "MaskedLM.forward", "MaskedLM.forward.ids", "MaskedLM.forward.chosen",
)  # fmt: skip
def test_logits_of_chosen_words(submission, reference, rng):
    """MaskedLM: one row of logits for each chosen word, in the order of the text."""
    pair, ids = models(submission, reference, "MaskedLM", rng), texts(rng)
    chosen = some_of(ids, rng)
    pair.same_forward(np.where(chosen, V, ids), chosen)
    pair.same_forward(ids, ids != 0)


@pytest.mark.task("MaskedLM")
@pytest.mark.points(4)
@pytest.mark.hint("An array of zeros (N, T, D), with the gradients of the chosen rows in it.")
@pytest.mark.promise("MaskedLM.backward", "adds-up", "dtype", "chosen-words-only")
def test_backward(submission, reference, rng):
    """MaskedLM: gradients from chosen words alone, to all parameters."""
    pair, ids = models(submission, reference, "MaskedLM", rng), texts(rng)
    inputs = np.where(some_of(ids, rng), V, ids), some_of(ids, rng)
    pair.same_backward(*inputs, rng=rng, atol=1e-10)
    pair.accumulates(*inputs, rng=rng)
    large = paired_models(submission, reference, "MaskedLM", V, T, 40, 4, 1, rng=rng, scale=0.1)
    large.many_gradients(*inputs, rng=rng, passes=10, atol=1e-10)
    if in_float32(pair):
        pair.same_backward(*inputs, rng=rng, rtol=1e-3, atol=1e-4)


class Watched:
    """A model that predicts nothing, and notes what it reads and what gradient it gets."""

    OFFERS = (
        "vocabulary_size", "parameters", "gradients", "train", "eval", "forward", "backward",
        "zero_gradients",
    )  # fmt: skip

    def __init__(self, words):
        self.vocabulary_size, self.parameters = words, {"w": np.zeros(2)}
        self.gradients = {"w": np.ones(2)}
        self.called, self.read, self.grads = [], [], []

    def forward(self, ids, chosen):
        """Note the arguments, and return equal scores."""
        self.called.append("forward")
        self.read.append((np.array(ids), np.array(chosen)))
        return np.zeros((int(np.sum(chosen)), self.vocabulary_size))

    def backward(self, grad):
        """Note the gradient."""
        self.called.append("backward")
        self.grads.append(np.array(grad))

    def train(self):
        """Note the call."""
        self.called.append("train")

    def eval(self):
        """Note the call."""
        self.called.append("eval")

    def zero_gradients(self):
        """Note the call."""
        self.called.append("zero_gradients")


@pytest.mark.task("fit_masked_lm")
@pytest.mark.points(4)
@pytest.mark.hint("Targets are batch[chosen]: the words before they were masked.")
@pytest.mark.promise("fit_masked_lm", "fit_masked_lm.returns", "fit_masked_lm.model")
def test_steps(submission, rng):
    """fit_masked_lm: each step masks other texts, and its targets are the words before that."""
    words, steps, length = 9, 6, 30
    ids = np.repeat(np.arange(1, words), length).reshape(words - 1, length)  # a word for each text
    watched = Watched(words)
    model = callback(watched, *Watched.OFFERS)
    settings = {"steps": steps, "batch_size": 5, "learning_rate": 0.1}
    losses = submission.fit_masked_lm(model, ids, **settings, rng=rng)
    equal(losses, [float(np.log(words))] * steps, "the losses of a model with equal scores")
    equal(watched.called[0], "train", "the first method of the model that is called")
    each = ["forward", "zero_gradients", "backward"]
    called = sorted(watched.called[1:4], key=lambda name: [*each, name].index(name))
    equal(called, each, "the methods that are called in the first step, in any order")
    drawn = []
    for (inputs, chosen), grad in zip(watched.read, watched.grads, strict=True):
        equal(inputs.shape, (5, length), "the shape of the ids of a step")
        kept = zip(inputs, chosen, strict=True)
        rows = np.array([np.bincount(row[~mark]).argmax() for row, mark in kept])
        drawn.append(rows)
        targets = np.broadcast_to(rows[:, None], chosen.shape)[chosen]
        expected = (1 / words - np.eye(words)[targets]) / len(targets)
        equal(grad, expected, "the gradient of the logits: that of the mean over chosen words")
    expect(len(np.unique(drawn)) > 5, "the steps should draw their texts from all texts")
    expect(
        any((watched.read[0][1] != chosen).any() for _, chosen in watched.read[1:]),
        "all steps choose the same positions: mask the texts of each step anew",
    )


@pytest.mark.task("fit_masked_lm")
@pytest.mark.points(1)
@pytest.mark.hint("One optimizer for all steps, part('adam')(learning_rate).")
@pytest.mark.promise("fit_masked_lm", "fit_masked_lm.ids", "unchanged")
def test_steps_of_adam(submission, rng):
    """fit_masked_lm: the first step of Adam is as long as the rate; later ones remember it."""
    ids, rate = rng.integers(1, V, size=(40, T)), 0.02
    moved = {}
    for steps in (1, 2):
        model = submission.MaskedLM(V, T, D, H, 1, rng=rng)
        before = np.array(model.parameters["U"])
        settings = {"steps": steps, "batch_size": 20, "learning_rate": rate}
        after = submission.fit_masked_lm.arguments_after(model, ids, **settings, rng=rng)
        equal(after[1], ids, "the ids after fit_masked_lm")
        moved[steps] = np.abs(model.parameters["U"] - before)
    farthest = float(moved[1].max())
    equal(farthest, rate, "the largest change of U in a step with this learning rate", rtol=1e-2)
    ends = np.abs(moved[2] / rate - 1)  # without memory, each entry moves twice as far, or back
    is_new = bool((np.abs(ends - 1) < 1e-3).mean() > 0.5)
    expect(not is_new, "the second step does not depend on the first: keep the optimizer")


def held_out(language, count, rng):
    """Return the ids with one word of each text hidden, its position as a mask, and the word.

    The last result is log P of the word by forward-backward, which knows the language.
    """
    ids = language.sample(count, rng=rng)
    position = (rng.random(ids.shape) * (ids != 0)).argmax(axis=1)
    chosen = np.arange(ids.shape[1]) == position[:, None]
    source = language.log_probabilities_from_both_sides(ids)[chosen]
    return np.where(chosen, len(language.vocabulary), ids), chosen, ids[chosen], source


def pseudo_ratio(model, inputs, chosen, words, source):
    """Return the pseudo-perplexity of `model`, divided by the exact one of the same words."""
    logits = model.forward(inputs, chosen)
    log_p = log_softmax(real_array(logits, (len(words), logits.shape[-1]), "forward"))
    of_words = np.take_along_axis(log_p, words[:, None], axis=1)
    return likelihood_ratio(of_words, source[:, None])


@pytest.mark.task("fit_masked_lm")
@pytest.mark.points(7)
@pytest.mark.hint("If all checks above pass: are the targets the words before masking?")
@pytest.mark.promise("near-the-exact-one")
def test_pseudo_perplexity_of_a_language(submission, reference, metric_threshold, table, rng):
    """fit_masked_lm: hidden words are predicted nearly as well as by forward-backward."""
    rows = []

    def ratios(rng):
        language = CorrelativeLanguage(rng=rng)
        sizes = (len(language.vocabulary), LONGEST, 32, 4, 1)
        trained = trained_models(submission, reference, "MaskedLM", *sizes, rng=rng)
        ids = language.sample(4_000, rng=rng)
        for steps, rate in ((450, 0.01), (250, 0.002)):
            settings = {"steps": steps, "batch_size": 32, "learning_rate": rate, "share": 0.25}
            submission.fit_masked_lm(trained.student, ids, **settings, rng=rng)
        trained.copy_parameters()
        words = held_out(language, 500, rng)
        from_the_left = language.best_perplexity / np.exp(-words[-1].mean())
        rows[:] = [("the best model that reads from the left", f"{from_the_left:.3f}")]
        yield trained.evaluate(pseudo_ratio, *words)

    what = "the pseudo-perplexity on held-out text, divided by the exact one of its source,"
    ratio = metric_threshold("ratio", ratios, rng=rng, best=1.0, direction=LOWER, what=what)
    rows.append(("yours", f"{ratio:.3f}"))
    table("Pseudo-perplexity, divided by the exact one", ("model", "ratio"), rows)


class Neighbours:
    """A model whose logits for a chosen word are a table of its id and of the two beside it."""

    OFFERS = ("vocabulary_size", "train", "eval", "forward")

    def __init__(self, words, *, rng, scale=1.0):
        self.vocabulary_size, self.called = words, []
        self.table = rng.normal(scale=scale, size=(words + 1, words + 1, words + 1, words))

    def forward(self, ids, chosen):
        """Return the rows of the table, `(M, V)`."""
        self.called.append("forward")
        beside = np.pad(np.asarray(ids), ((0, 0), (1, 1)))
        read = beside[:, :-2], beside[:, 1:-1], beside[:, 2:]
        return self.table[read][np.asarray(chosen)]

    def train(self):
        """Note the call."""
        self.called.append("train")

    def eval(self):
        """Note the call."""
        self.called.append("eval")

    def pseudo_perplexity(self, ids):
        """Return it from the table, word by word."""
        log_p = log_softmax(self.table)[:, self.vocabulary_size]
        values = []
        for text in ids.tolist():
            words = [0, *text, 0]
            values += [log_p[words[t], words[t + 2], w] for t, w in enumerate(text) if w]
        return float(np.exp(-np.mean(values)))


@pytest.mark.task("pseudo_perplexity")
@pytest.mark.points(5)
@pytest.mark.hint("Hide one position at a time: the other words of the text stay readable.")
@pytest.mark.promise("hidden-alone", "pseudo_perplexity", "pseudo_perplexity.ids", "unchanged")
def test_pseudo_perplexity(submission, rng):
    """pseudo_perplexity: each word is hidden alone, and the mean is over all words."""
    for lengths in (np.full((3, 1), T), LENGTHS):
        model, ids = Neighbours(V, rng=rng), texts(rng, lengths)
        offered = callback(model, *Neighbours.OFFERS)
        result = submission.pseudo_perplexity(offered, ids)
        equal(result, model.pseudo_perplexity(ids), f"the pseudo-perplexity of texts {ids.shape}")
        equal(model.called[0], "eval", "the first method of the model that is called")
    left = after_call(submission, "pseudo_perplexity", offered, ids)
    equal(left[1], ids, "the ids after pseudo_perplexity")
