"""How language models stand to each other on a text whose best perplexity is known.

Lectures 6 and 7: n-grams see sequential recency alone, a window no more than its words, recurrent
networks as far back as they remember, and an LSTM remembers more easily. The figures stand in the
READMEs of ``gated_lm`` and ``transformer_lm``.
"""

import numpy as np
import pytest

from framework.interfaces import NumpyArrays
from framework.models.parts import parts_from
from framework.providers.loaded_plugins import Plugins
from framework.training.loops import language_model_steps
from plugins.lectures.languages.agreement import NOUN_FORMS, OTHER_FORM, AgreementLanguage
from plugins.lectures.languages.crossed_clauses import CLASSES, CrossedClauses
from plugins.networks.shared.scored_words import log_softmax

REGISTRY = Plugins().registry
LANGUAGE = AgreementLanguage()
WORDS = LANGUAGE.vocabulary.words
V = len(WORDS)

pytestmark = pytest.mark.slow


def numpy_part(name):
    return REGISTRY.get(name, "numpy")


def texts(seed):
    rng = np.random.default_rng(seed)
    return LANGUAGE.sample(40_000, rng=rng), LANGUAGE.sample(4_000, rng=rng), rng


def kneser_ney(train, order):
    model = numpy_part("kneser_ney")(V, order)
    model.fit(train)
    return model


def network(train, name, *sizes, rng, learning_rate=0.02, unroll=12):
    with parts_from(numpy_part):
        model = numpy_part(name)(V, *sizes, rng=rng)
    list(language_model_steps(
        model, train, loss=numpy_part("softmax_cross_entropy")(),
        optimizer=numpy_part("adam")(learning_rate), arrays=NumpyArrays(), batch_size=32,
        unroll=unroll, epochs=6, clip=5.0,
    ))  # fmt: skip
    return model


def measured(model, text):
    """Perplexity divided by that of the source, and the share of right verbs that are distant."""
    logs, state = [], model.initial_state(1)
    for token in text[:-1]:
        log_p, state = model.next_log_probabilities(np.array([token]), state)
        logs.append(log_p[0])
    logs = np.array(logs)
    own = logs[np.arange(len(logs)), text[1:]].mean()
    source = LANGUAGE.automaton.log_probabilities(LANGUAGE.vocabulary.decode(text))[1:].mean()
    right = [logs[i - 1, text[i]] > logs[i - 1, other] for i, other in distant_verbs(text)]
    return np.exp(source - own), np.mean(right)


def distant_verbs(text):
    """Where a verb stands after two distractors or more, and the id of its wrong form."""
    nouns = 0
    for i, word in enumerate(LANGUAGE.vocabulary.decode(text)):
        nouns = 0 if word == "</s>" else nouns + (word in NOUN_FORMS)
        if word in OTHER_FORM and nouns > 2:
            yield i, WORDS.index(OTHER_FORM[word])


@pytest.fixture(params=range(5), ids="seed {}".format)
def seed(request):
    return request.param


def test_perplexity_falls_from_ngrams_over_a_window_and_an_rnn_to_an_lstm(seed):
    """Agreement with a distant subject: by chance without a memory, always with one."""
    train, test, rng = texts(seed)
    ngrams = [measured(kneser_ney(train, order), test) for order in (3, 4, 5)]
    window = measured(network(train, "window_lm", 12, 24, 4, rng=rng), test)
    rnn = measured(network(train, "recurrent_lm", 12, 24, "rnn", rng=rng), test)
    lstm = measured(network(train, "gated_lm", 12, 24, "lstm", rng=rng), test)
    best_ngrams = min(ratio for ratio, _ in ngrams)
    assert best_ngrams > window[0] > rnn[0] > lstm[0] > 1
    assert rnn[0] < 1.045 < 1.055 < window[0]
    assert max(share for _, share in [*ngrams, window]) < 0.65
    assert min(rnn[1], lstm[1]) > 0.98


def test_where_the_gradient_is_cut_off_an_lstm_remembers_more(seed):
    """The gradient reaches two steps back, and tells neither to carry the subject further."""
    train, test, rng = texts(seed)
    short = {"learning_rate": 0.01, "unroll": 2}
    rnn = measured(network(train, "recurrent_lm", 12, 24, "rnn", rng=rng, **short), test)
    lstm = measured(network(train, "gated_lm", 12, 24, "lstm", rng=rng, **short), test)
    assert lstm[0] + 0.01 < rnn[0]
    assert lstm[1] > rnn[1] + 0.1
    assert rnn[1] < 0.7


def test_a_transformer_reads_what_recurrent_networks_have_forgotten():
    """Verbs that agree with the noun 16 words before: certain for a block, by chance for others."""
    rng = np.random.default_rng(0)
    language = CrossedClauses(rng=rng)
    L, words = language.length, len(language.vocabulary)
    train = language.sample_texts(1, 1280 * L, rng=rng)[0]
    test = language.sample_texts(200, L, rng=rng)
    models = {
        "block": ("transformer_lm", (words, 32, 2, 1, L)),
        **{cell: ("gated_lm", (words, 16, 40, cell)) for cell in ("rnn", "lstm", "gru")},
    }
    results = {}
    for name, (model, sizes) in models.items():
        with parts_from(numpy_part):
            built = numpy_part(model)(*sizes, rng=rng)
        list(language_model_steps(
            built, train, loss=numpy_part("softmax_cross_entropy")(),
            optimizer=numpy_part("adam")(0.005), arrays=NumpyArrays(), batch_size=32, unroll=L,
            epochs=8, clip=5.0,
        ))  # fmt: skip
        log_p = log_softmax(built.forward(test[:, :-1]), NumpyArrays())
        of_targets = np.take_along_axis(log_p, test[:, 1:, None], axis=-1)[..., 0]
        verbs = of_targets[:, language.span : 2 * language.span]
        ratio = np.exp(language.log_probabilities(test).mean() - of_targets.mean())
        results[name] = np.exp(-verbs.mean()), ratio
    verb, ratio = results.pop("block")
    assert verb < 1.02
    assert 1 < ratio < 1.02
    for verb, ratio in results.values():
        assert verb > 0.85 * len(CLASSES)
        assert ratio > 3.5
