"""Statements of lectures and papers that no check of an exercise asks for, with the solutions.

`docs/lectures.md` and `docs/papers.md` name these tests.
"""

import itertools
import math
import tracemalloc

import numpy as np
import pytest

from framework.data.vocabulary import EOS
from framework.models.parts import parts_from
from framework.providers.loaded_plugins import Plugins
from plugins.lectures.languages.agreement import NOUNS, OTHER_FORM, VERBS, AgreementLanguage
from solutions.language_models.ngram.ngram import AddDelta

REGISTRY = Plugins().registry


def part(name):
    """Return the class of a part in the NumPy reference."""
    return REGISTRY.get(name, "numpy")


@pytest.fixture(autouse=True)
def numpy_parts():
    with parts_from(part):
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_larger_dot_product_is_a_larger_probability(rng):
    """Lecture 1, 3.1: P(o given c) orders outside words as the dot products do."""
    dots = rng.normal(size=(50, 4)) @ rng.normal(size=4)
    probabilities = np.exp(-losses_of_every_class(dots))
    np.testing.assert_allclose(probabilities.sum(), 1)
    np.testing.assert_array_equal(np.argsort(probabilities), np.argsort(dots))


def losses_of_every_class(scores):
    """Return the cross-entropy of each class as the true one."""
    loss = part("softmax_cross_entropy")()
    return np.array([loss.forward(scores[None], np.array([c])) for c in range(len(scores))])


def test_a_neuron_indicates_a_combination_of_features():
    """Notes III, 1.2: a unit is active where both of two features are present, else not."""
    layer = part("affine")(2, 1, rng=np.random.default_rng(0))
    layer.parameters["W"][...], layer.parameters["b"][...] = 20.0, -30.0
    inputs = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    active = part("sigmoid")().forward(layer.forward(inputs))[:, 0]
    np.testing.assert_allclose(active, [0, 0, 0, 1], atol=1e-4)


def test_a_scaled_margin_only_scales_the_loss(rng):
    """Notes III, 1.4: Δ = 1 suffices, since scores can be scaled; with Δ = 0 a tie has no loss."""
    true, corrupt = rng.normal(size=(2, 100))
    loss, scaled = part("max_margin_loss")(1.0), part("max_margin_loss")(3.0)
    assert scaled.forward(3 * true, 3 * corrupt) == pytest.approx(3 * loss.forward(true, corrupt))
    np.testing.assert_array_equal(scaled.backward(), loss.backward())
    assert part("max_margin_loss")(0.0).forward(true, true) == 0 < loss.forward(true, true)


def test_a_one_sided_difference_has_an_error_of_first_order():
    """Notes III, 2.1: a tenth of the step gives a tenth of the error, centrally a hundredth."""
    steps = np.array([1e-1, 1e-2, 1e-3])
    one_sided = np.abs((np.exp(steps) - 1) / steps - 1)
    central = np.abs((np.exp(steps) - np.exp(-steps)) / (2 * steps) - 1)
    np.testing.assert_allclose(one_sided[:-1] / one_sided[1:], 10, rtol=0.05)
    np.testing.assert_allclose(central[:-1] / central[1:], 100, rtol=0.05)


def test_an_l2_penalty_is_a_normal_prior_of_the_weights(rng):
    """Notes III, 2.2: λ‖W‖² is −log of a normal density with variance 1/(2λ), up to a constant."""
    strength, variance = 0.3, 1 / 0.6
    penalty = part("l2_penalty")(strength)
    W = rng.normal(size=(5, 3, 4))
    density = np.exp(-(W**2) / (2 * variance))
    density /= np.sqrt(2 * np.pi * variance)
    minus_log = -np.log(density).sum(axis=(1, 2))
    values = np.array([penalty.value({"W": entries}) for entries in W])
    np.testing.assert_allclose(np.diff(values), np.diff(minus_log))


def test_adagrad_moves_rarely_changed_parameters_further():
    """Notes III, 2.9: the same gradient moves a rare row further than a frequent one."""
    W = {"W": np.zeros((2, 1))}
    optimizer = part("ada_grad")(0.1)
    for _ in range(99):
        optimizer.step(W, {"W": np.array([[1.0], [0.0]])})
    before = W["W"].copy()
    optimizer.step(W, {"W": np.ones((2, 1))})
    frequent, rare = (before - W["W"])[:, 0]
    assert rare == pytest.approx(10 * frequent, rel=1e-6)


def test_the_probability_of_a_text_is_a_product_of_conditional_ones(rng):
    """Lecture 6, 1.2: the products over all texts of one length add up to 1."""
    V, first = 3, 0
    model = AddDelta(V, 3, 0.5)
    model.fit(rng.integers(V, size=60))
    texts = [(first, *rest) for rest in itertools.product(range(V), repeat=4)]
    products = [
        np.prod([model.estimate(text[max(0, t - 2) : t], text[t]) for t in range(1, 5)])
        for text in texts
    ]
    assert sum(products) == pytest.approx(1)
    log_probabilities = [model.log_probabilities(np.array(text)).sum() for text in texts]
    np.testing.assert_allclose(np.log(products), log_probabilities)


def test_longer_ngrams_are_seen_less_often():
    """Lecture 6, 1.8: the share of n-grams that were never seen grows with every n."""
    language, rng = AgreementLanguage(), np.random.default_rng(0)
    train, test = (language.sample(size, rng=rng).tolist() for size in (4_000, 1_000))
    unseen = []
    for n in range(1, 7):
        counted = set(ngrams(train, n))
        unseen.append(np.mean([gram not in counted for gram in ngrams(test, n)]))
    assert unseen == sorted(unseen)
    assert unseen[0] < 0.01
    assert unseen[-1] > 0.3


def ngrams(text, n):
    """Return the n-grams of a text, in order."""
    return list(zip(*(text[i:] for i in range(n)), strict=False))


def test_text_of_longer_ngrams_is_grammatical_more_often():
    """Lecture 6, 1.11: sentences of 2-grams break agreement more often than those of 4-grams."""
    language, right = AgreementLanguage(), {}
    for order in (2, 4):
        rng = np.random.default_rng(0)
        model = part("ngram_lm")(len(language.vocabulary), order)
        model.fit(language.sample(8_000, rng=rng))
        words = language.vocabulary.decode(written(model, 3_000, rng))
        sentences = " ".join(words).split("</s>")[1:-1]
        right[order] = np.mean([agrees(sentence.split()) for sentence in sentences])
    assert right[2] + 0.1 < right[4] < 0.95


def written(model, length, rng):
    """Return a drawn text: one word after the other."""
    tokens, state = [EOS], model.initial_state(1)
    for _ in range(length):
        log_p, state = model.next_log_probabilities(np.array(tokens[-1:]), state)
        probabilities = np.exp(log_p[0])
        tokens.append(int(rng.choice(len(probabilities), p=probabilities / probabilities.sum())))
    return tokens


def agrees(sentence):
    """Return whether the verb of a sentence agrees with its first noun."""
    verbs = [word for word in sentence if word in OTHER_FORM]
    plural_verb, plural_noun = (
        words[:1] and words[0] in {plural for _, plural in pairs}
        for words, pairs in ((verbs, VERBS), (sentence[1:], NOUNS))
    )
    return bool(verbs) and plural_verb == plural_noun


def test_a_window_model_has_no_sparsity_and_no_table():
    """Lecture 6, 1.15: every n-gram has a probability, and the size is independent of the text."""
    language, rng = AgreementLanguage(), np.random.default_rng(0)
    V = len(language.vocabulary)
    window = part("window_lm")(V, 4, 8, 3, rng=rng)
    log_p, _ = window.next_log_probabilities(np.array([1]), window.initial_state(1))
    assert np.exp(log_p).min() > 0
    stored = []
    for size in (500, 5_000):
        counted = part("ngram_lm")(V, 4)
        counted.fit(language.sample(size, rng=rng))
        stored.append(len(counted.ngrams(4)[1]))
        log_p, _ = counted.next_log_probabilities(np.array([1]), counted.initial_state(1))
        assert np.exp(log_p).min() == 0
    assert stored[0] < stored[1]


def test_the_loss_of_a_text_is_the_mean_of_its_steps(rng):
    """Lecture 6, 2.5: the losses of *the students opened their exams* are added, divided by T."""
    logits, words = rng.normal(size=(1, 4, 6)), np.array([[1, 2, 3, 4]])
    loss = part("softmax_cross_entropy")()
    steps = [loss.forward(logits[:, t], words[:, t]) for t in range(4)]
    assert loss.forward(logits, words) == pytest.approx(sum(steps) / 4)


def test_a_language_model_corrects_a_word_and_tells_authors_apart():
    """Lecture 6, 3.3: of two spellings, and of two authors, the likelier one is right."""
    authors = [AgreementLanguage(continuation=share) for share in (0.1, 0.7)]
    rng = np.random.default_rng(0)
    models = []
    for author in authors:
        model = part("kneser_ney")(len(author.vocabulary), 3)
        model.fit(author.sample(4_000, rng=rng))
        models.append(model)
    for number, author in enumerate(authors):
        text = author.sample(300, rng=rng)
        likely = [model.log_probabilities(text).mean() for model in models]
        assert int(np.argmax(likely)) == number
    right, wrong = (
        authors[0].vocabulary.encode(f"</s> the {noun} is here </s>".split())
        for noun in ("key", "keys")
    )
    better, worse = (models[0].log_probabilities(np.array(ids)).sum() for ids in (right, wrong))
    assert better > worse


def test_the_derivative_of_a_step_is_diag_times_the_matrix(rng):
    """Lecture 7, 1.2: the rows of ∂h_t/∂h_{t−1} are W_h, times the slope of each unit."""
    H, step, gradient = 4, part("rnn_step")(), part("numerical_gradient")
    W_h, h, x = rng.normal(size=(H, H)), rng.normal(size=(1, H)), rng.normal(size=(1, H))
    after = step.forward(x, h, W_h)
    assert np.abs(after).max() > 0.5  # the slopes are not 1
    for j in range(H):
        numerical = gradient(lambda h, j=j: float(step.forward(x, h, W_h)[0, j]), h)
        np.testing.assert_allclose(numerical[0], (1 - after[0, j] ** 2) * W_h[:, j], atol=1e-8)


def test_a_plain_rnn_rewrites_its_state_where_an_lstm_keeps_it(rng):
    """Lecture 7, 2.4: the identity as W_h shrinks a state at every step; f = 1 keeps a cell."""
    H, words = 4, np.zeros((1, 100, 3))
    rnn, lstm = (part(name)(3, H, rng=rng) for name in ("rnn", "lstm"))
    for model in (rnn, lstm):
        for value in model.parameters.values():
            value[...] = 0
    rnn.parameters["W_h"][...] = np.eye(H)
    lstm.parameters["b"][H : 2 * H] = 50.0
    start = np.full((1, H), 0.9)
    states = np.abs(rnn.forward(words, start))[0, :, 0]
    assert (np.diff(states) < 0).all()
    assert states[-1] < 0.2
    lstm.forward(words, (np.zeros((1, H)), start))
    np.testing.assert_allclose(lstm.state[1], start)


@pytest.mark.parametrize(("forget_bias", "least", "most"), [(0.0, 0.0, 1e-12), (6.0, 0.5, 1.0)])
def test_an_lstm_may_lose_its_gradient_but_need_not(forget_bias, least, most):
    """Lecture 7, 3.5: over 100 steps f = 1/2 loses the gradient of the cell, f near 1 keeps it."""
    H, words = 4, np.zeros((1, 100, 3))
    lstm = part("lstm")(3, H, forget_bias=forget_bias, rng=np.random.default_rng(0))
    for name in ("W_x", "W_h"):
        lstm.parameters[name][...] = 0
    h = lstm.forward(words, (np.zeros((1, H)), np.full((1, H), 0.5)))
    last = np.zeros_like(h)
    last[:, -1] = 1.0
    _, (_, grad_c) = lstm.backward(last)
    output, slope = 0.5, 1 - np.tanh(lstm.state[1]) ** 2
    share = grad_c / (output * slope)
    assert (share >= least).all()
    assert (share <= most).all()


def test_two_filters_of_each_of_three_widths_over_seven_words(rng):
    """Lecture 11, 2.5: windows of 2, 3, 4 words: 6, 5, 4 features a filter; 6 maxima; 2 classes."""
    lengths = [part("conv1d")(5, 2, width, rng=rng).output_length(7) for width in (2, 3, 4)]
    assert lengths == [6, 5, 4]
    network = part("text_cnn")(10, 5, 2, 2, widths=(2, 3, 4), rng=rng)
    assert network.parameters["W"].shape == (6, 2)
    assert network.forward(np.arange(1, 8)[None]).shape == (1, 2)


def test_the_shapes_of_the_lectures_program(rng):
    """Lecture 11, 1.7: 16 texts of 7 words with 4 features, 3 filters of width 3, their maxima."""
    hidden = part("conv1d")(4, 3, 3, rng=rng).forward(rng.normal(size=(16, 7, 4)))
    assert hidden.shape == (16, 5, 3)
    assert part("max_over_time")().forward(hidden).shape == (16, 3)


def test_gradient_descent_learns_word_vectors(rng):
    """Lecture 1, 4.3: every step of plain gradient descent over all pairs lowers J."""
    model = part("skip_gram")(6, 3, rng=rng)
    loss, optimizer = part("softmax_cross_entropy")(), part("sgd")(1.0)
    centers = rng.integers(6, size=200)
    outsides, values = (centers + 1) % 6, []
    for _ in range(200):
        values.append(loss.forward(model.forward(centers), outsides))
        model.zero_gradients()
        model.backward(loss.backward())
        optimizer.step(model.parameters, model.gradients)
    assert (np.diff(values) < 0).all()
    assert values[-1] < values[0] / 10


def test_a_hidden_layer_has_interactions_of_words(rng):
    """Notes III, 1.3: what a word adds to a score depends on the other words of the window."""
    scorer = part("window_scorer")(4, 8, "tanh", rng=rng)
    scorer.parameters["W"][...] *= 3
    a, b = rng.normal(size=(2, 2, 2))
    windows = [np.concatenate([a[i], b[j]]) for i in (0, 1) for j in (0, 1)]
    both, first, second, neither = scorer.forward(np.stack(windows))
    assert abs((both - first) - (second - neither)) > 0.01


def test_dropped_states_forget(rng):
    """Notes III, 2.3: after 20 masks of a state with p = 0.8, about 0.8²⁰ = 1 % is left."""
    dropout, cell = part("dropout")(0.8, rng=rng), np.ones((200, 10))
    for _ in range(20):
        cell = dropout.forward(cell)
    assert np.mean(cell != 0) == pytest.approx(0.8**20, abs=0.01)


def test_the_right_context_changes_the_state_of_a_word(rng):
    """Lecture 7, 4.5: the state of *terribly* differs before *exciting* and before *boring*."""
    rnns = [part("rnn")(3, 4, rng=rng) for _ in range(3)]
    both, first = part("bidirectional")(*rnns[:2]), rnns[2]
    the, movie, terribly, exciting, boring = rng.normal(size=(5, 3))
    x = np.array([[the, movie, terribly, word] for word in (exciting, boring)])
    changes = [np.abs(np.diff(layer.forward(x)[:, 2], axis=0)).max() for layer in (both, first)]
    assert changes[0] > 0.01
    assert changes[1] == 0


def test_a_matrix_of_both_vectors_is_a_matrix_of_each(rng):
    """Luong et al. 2015, 3.1: vᵀ tanh(W [q; k]) is an additive score, with W in two halves."""
    additive = part("additive_attention")(3, 2, 4, rng=rng)
    queries, keys = rng.normal(size=(1, 5, 3)), rng.normal(size=(1, 6, 2))
    W = np.concatenate([additive.parameters["W_q"], additive.parameters["W_k"]])
    pairs = [[np.concatenate([q, k]) for k in keys[0]] for q in queries[0]]
    expected = np.tanh(np.array(pairs) @ W) @ additive.parameters["v"]
    np.testing.assert_allclose(additive.scores(queries, keys)[0], expected, rtol=1e-12)


def test_a_penalty_is_weight_decay_for_plain_descent(rng):
    """Loshchilov and Hutter 2019, proposition 1: x − α (g + λ x) is (1 − α λ) x − α g."""
    x, g = rng.normal(size=(2, 3, 4))
    coupled, decayed = {"W": x.copy()}, {"W": x * (1 - 0.1 * 0.5)}
    part("sgd")(0.1).step(coupled, {"W": g + 0.5 * x})
    part("sgd")(0.1).step(decayed, {"W": g})
    np.testing.assert_allclose(coupled["W"], decayed["W"])


def test_with_adam_a_penalty_hardly_shrinks_weights_with_large_gradients(rng):
    """Loshchilov and Hutter 2019, 2: Adam divides a penalty by the sizes of gradients."""
    start, sizes = np.ones((2, 50)), np.array([[0.01], [100.0]])
    gradients = sizes * rng.normal(size=(200, 2, 50))
    ends = []
    for x in (start, 0 * start):
        now, adam = {"W": x.copy()}, part("adam")(0.002)
        for g in gradients:
            adam.step(now, {"W": g + 0.5 * now["W"]})
        ends.append(now["W"])
    lost = 1 - (ends[0] - ends[1]).mean(axis=1)
    assert lost[0] > 0.1 > 10 * abs(lost[1])


def test_the_scale_of_one_unit_counts_after_layer_normalization(rng):
    """Ba et al. 2016, 5.1: weights of one unit that are scaled change y, those of all do not."""
    x, W = rng.normal(size=(5, 3)), rng.normal(size=(3, 4))
    layer = part("layer_norm")(4, epsilon=1e-12)
    y = layer.forward(x @ W)
    np.testing.assert_allclose(layer.forward(x @ (3 * W)), y)
    np.testing.assert_allclose(layer.forward(x @ (W + rng.normal(size=(3, 1)))), y)
    assert np.abs(layer.forward(x @ (W * [3, 1, 1, 1])) - y).min() > 1e-3


def test_both_norms_are_equal_for_rows_of_mean_zero(rng):
    """Zhang and Sennrich 2019, 4: without a mean, both divide by the same number."""
    x = rng.normal(size=(5, 4))
    x -= x.mean(axis=1, keepdims=True)
    y = part("layer_norm")(4).forward(x)
    np.testing.assert_allclose(part("rms_norm")(4).forward(x), y)


def test_large_scores_have_small_gradients(rng):
    """Vaswani et al. 2017, 3.2.1: for large D, queries without the root get hardly any gradient."""
    arrays = [rng.normal(size=(4, 8, 512)) for _ in range(3)]
    norms = {}
    for scaled in (True, False):
        attention = part("dot_product_attention")(scaled=scaled)
        attention.forward(*arrays)
        slopes = attention.weights * (1 - attention.weights)  # ∂α_j/∂e_j
        norms[scaled] = slopes.mean()
    assert norms[False] < 0.2 * norms[True]


def test_additive_scores_need_a_vector_for_each_pair(rng):
    """Vaswani et al. 2017, 3.2.1: a product needs a number for each pair, a network a vector."""
    queries, keys, H = rng.normal(size=(1, 64, 4)), rng.normal(size=(1, 64, 4)), 100
    additive = part("additive_attention")(4, 4, H, rng=rng)
    used = {}
    for name, model in (("dot", part("dot_product_attention")()), ("additive", additive)):
        tracemalloc.start()
        model.scores(queries, keys)
        used[name] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    numbers = 8 * 64 * 64
    assert used["dot"] < 4 * numbers
    assert used["additive"] > H * numbers


class CountedProducts(np.ndarray):
    """An array that counts the multiplications of its matrix products, and of those made of it."""

    count = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **settings):
        plain = [x.view(np.ndarray) if isinstance(x, CountedProducts) else x for x in inputs]
        result = getattr(ufunc, method)(*plain, **settings)
        if ufunc is np.matmul:
            CountedProducts.count += result.size * plain[0].shape[-1]
        return result.view(CountedProducts)


@pytest.mark.parametrize("shared", [None, 1, 2])
def test_the_number_of_heads_does_not_change_the_multiplications(rng, shared):
    """Vaswani et al. 2017, 3.2.2: all heads together cost as much as one of all features."""
    function, T, D = part("multiplications"), 7, 12
    for heads in (2, 4, 6):
        model = part("multi_head_attention")(D, heads, key_value_heads=shared, rng=rng)
        CountedProducts.count = 0
        model.forward(rng.normal(size=(3, T, D)).view(CountedProducts))
        matrices, pairs = function(T, D, heads, shared)
        assert CountedProducts.count == 3 * (matrices + pairs)
        assert pairs == function(T, D, 1)[1]
        if shared is None:
            assert matrices == function(T, D, 1)[0]


def gaussian_share(z):
    """Return z Φ(z)."""
    return z * np.array([0.5 + 0.5 * math.erf(v / 2**0.5) for v in z])


def test_gelu_is_the_mean_of_a_random_mask(rng):
    """Hendrycks and Gimpel 2016, 2: z is kept where a standard normal number is below it."""
    z = np.linspace(-3, 3, 13)
    kept = z * (rng.normal(size=(40_000, 1)) < z)
    np.testing.assert_allclose(kept.mean(axis=0), part("gelu")().forward(z), atol=0.05)


def test_a_sigmoid_is_a_worse_gelu_than_tanh():
    """Hendrycks and Gimpel 2016, 2: both are near z Φ(z), and tanh is nearer."""
    z = np.linspace(-6, 6, 601)
    by_tanh = np.abs(part("gelu")().forward(z) - gaussian_share(z)).max()
    by_sigmoid = np.abs(z / (1 + np.exp(-1.702 * z)) - gaussian_share(z)).max()
    assert by_tanh < 5e-4
    assert 0.01 < by_sigmoid < 0.03


def stacked_blocks(rng, norm, depth, D=32):
    """Return new blocks, the words that each of them returns, and those that they began with."""
    blocks = [part("transformer_block")(D, 4, norm=norm, rng=rng) for _ in range(depth)]
    words = [rng.normal(size=(4, 8, D))]
    for block in blocks:
        words.append(block.forward(words[-1]))
    return blocks, words


def test_words_grow_with_the_depth_before_the_norms(rng):
    """Xiong et al. 2020, lemma 2: E x² grows along a line with pre, and stays 1 with post."""
    for norm, least, most in (("pre", 2.0, 8.0), ("post", 0.99, 1.01)):
        _, words = stacked_blocks(rng, norm, 64)
        squares = [np.mean(words[i] ** 2) for i in (16, 64)]
        assert least < squares[1] / squares[0] < most


def test_gradients_of_the_last_block_and_the_depth(rng):
    """Xiong et al. 2020, theorem 1: post: as large in deep stacks as in flat ones; pre: smaller."""
    for norm, least, most in (("pre", 0.1, 0.5), ("post", 0.5, 2.0)):
        norms = []
        for depth in (4, 64):
            (*_, last), (*_, y) = stacked_blocks(rng, norm, depth)
            grad = rng.normal(size=y.shape)
            if norm == "pre":  # a stack of such blocks ends with a norm
                final = part("layer_norm")(y.shape[-1])
                final.forward(y)
                grad = final.backward(grad)
            last.backward(grad)
            norms.append(np.linalg.norm(last.gradients["feed_forward.output.W"]))
        assert least < norms[1] / norms[0] < most


def test_the_mean_of_the_softmax_gradient_needs_no_weights(rng):
    """Dao et al. 2022, B.2: Σ_j P_ij dP_ij = dO_i · O_i."""
    queries, keys, values = (rng.normal(size=(2, 6, 3)) for _ in range(3))
    attention = part("dot_product_attention")()
    y, grad = attention.forward(queries, keys, values), rng.normal(size=(2, 6, 3))
    of_pairs = (attention.weights * (grad @ values.swapaxes(1, 2))).sum(axis=-1)
    np.testing.assert_allclose((grad * y).sum(axis=-1), of_pairs, rtol=1e-9, atol=1e-12)
