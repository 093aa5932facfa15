"""The keys of the written questions, each computed a second time in another way.

A formula of the key is compared with numerical derivatives, simulations or counts. A number is
computed from its definition. So a wrong key cannot stay.
"""

import itertools
import math
from itertools import product

import numpy as np
import pytest

from autograder.course.generated_stubs import available_stub
from autograder.course.questions.answer_keys import difference, load_key, read_answer, sample
from autograder.course.questions.description import Choice, Formula, Number, Prose
from autograder.course.reading import find_course
from autograder.submissions.task_progress import TaskProgress, progress_in
from solutions.translation.evaluation.evaluation import bleu, bleu_statistics

COURSE = find_course()
EXERCISES = [exercise for exercise in COURSE.select() if exercise.questions]
QUESTIONS = {
    f"{exercise.name}/{question.id}": (exercise, question)
    for exercise in EXERCISES
    for question in exercise.questions
}


def derivative(f, at, step=1e-5):
    return (f(at + step) - f(at - step)) / (2 * step)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def pairs(T, m):
    return sum(abs(i - j) <= m for i in range(int(T)) for j in range(int(T)) if i != j)


def gradient(u1, u2, v):
    return derivative(lambda v: -np.log(np.exp(u1 * v) / (np.exp(u1 * v) + np.exp(u2 * v))), v)


def negative(u1, u2, v):
    def loss(v):
        scores = np.array([u1 * v, -u2 * v, -u2 * v, -u1 * v])
        return -np.log(sigmoid(scores)).sum()

    return derivative(loss, v)


def optimum(n, m):
    low, high = -10.0, 10.0
    while high - low > 1e-9:
        z = (low + high) / 2
        slope = derivative(lambda z: -n * np.log(sigmoid(z)) - m * np.log(sigmoid(-z)), z)
        low, high = (z, high) if slope < 0 else (low, z)
    return z


def stupid(a, s):
    """Three words: the first one was seen after h, with S(w) = s, and the two others were not."""
    unigrams = np.array([s, (1 - s) / 3, (1 - s) * 2 / 3])
    after_h = np.array([7, 0, 0])
    return np.where(after_h > 0, after_h / after_h.sum(), a * unigrams).sum()


def error_signal(w, x, b, u):
    return derivative(lambda w: u * sigmoid(w * x + b), w)


def descent(x0, alpha, c, n):
    x = x0
    for _ in range(int(n)):
        x -= alpha * derivative(lambda x: c * x**2 / 2, x)
    return x


def masks(p):
    """The two cases of a mask, each with its probability."""
    return ((1.0, p), (0.0, 1 - p))


def variance(x, p):
    mean = sum(share * mask * x / p for mask, share in masks(p))
    return sum(share * (mask * x / p - mean) ** 2 for mask, share in masks(p))


def two_layers():
    rng = np.random.default_rng(0)
    x, W, b, U = (rng.normal(size=shape) for shape in ((5, 3), (3, 4), (4,), (4, 2)))
    y = np.eye(2)[rng.integers(2, size=5)]

    def passes(W):
        h = sigmoid(x @ W + b)
        p = np.exp(h @ U) / np.exp(h @ U).sum(axis=1, keepdims=True)
        return h, p

    def moved(i, j):
        unit = np.zeros((3, 4))
        unit[i, j] = 1.0
        return derivative(lambda t: -np.log((passes(W + t * unit)[1] * y).sum(axis=1)).sum(), 0.0)

    measured = np.array([[moved(i, j) for j in range(4)] for i in range(3)])
    h, p = passes(W)
    G = (p - y) @ U.T
    options = {"a": x.T @ G, "b": x.T @ (G * h * (1 - h))}  # the shapes of c and d do not fit
    return min(options, key=lambda name: np.abs(options[name] - measured).max())


def wrong_line():
    """The program of the question has the right gradient once line 7 has h, and not before."""
    x, slope = 2.0, {}
    for name, kept in (("z", x), ("h", np.tanh(x))):
        slope[name] = 1 - kept**2
    measured = derivative(np.tanh, x)
    assert abs(slope["z"] - measured) > 1 and abs(slope["h"] - measured) < 1e-9
    return 7


def smoothing(c, n, V, d):
    counts = np.zeros(int(V))
    counts[0], counts[1] = c, n - c
    return ((counts + d) / (counts + d).sum())[0]


def through_time(w, x1, x2, x3):
    def h_3(w):
        h = 0.0
        for x in (x1, x2, x3):
            h = w * h + x
        return h

    return derivative(h_3, w)


def clipped(a, b, threshold):
    g = np.array([a, b])
    assert np.linalg.norm(g) > threshold
    return (g * threshold / np.linalg.norm(g))[0]


def weights(D, H):
    part = COURSE.exercise("lstm")
    scope = {}
    exec(compile(part.solution_source(), "lstm", "exec"), scope)  # our own solution
    layer = scope["LSTM"](int(D), int(H), rng=np.random.default_rng(0))
    return sum(array.size for array in layer.parameters.values())


def length(T, k, p, s, r):
    padded = int(T + 2 * p)
    starts = range(0, padded, int(s))
    return sum(start + r * (k - 1) < padded for start in starts)


def oldest(f, n):
    c, z = 0.0, [1.0] + [0.0] * (int(n) - 1)
    for z_t in z:
        c = f * c + (1 - f) * z_t
    return c


def vanished():
    norm, steps = 1.0, 0
    while norm > 0.01:
        norm, steps = 0.9 * norm, steps + 1
    return steps


def forget():
    c = 1.0
    for _ in range(10):
        c = sigmoid(1.0) * c + sigmoid(0.0) * np.tanh(0.0)
    return c


def half_life(n):
    low, high = -50.0, 50.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(middle) ** n < 0.5 else (low, middle)
    return low


def paths(s):
    ways = product((1.0, s), repeat=8)
    return sum(math.prod(factors) for factors in ways if factors.count(s) == 2 and s != 1.0)


def batch_of_two():
    values = np.array([3.0, 17.0])
    results = (values - values.mean()) / values.std()
    return {(0.0, 0.0): "a", (3 / 20, 17 / 20): "b", (-1.0, 1.0): "d"}[tuple(results)]


def receptive_field(k, L):
    seen = {0}
    for layer in reversed(range(int(L))):
        seen = {index + 2**layer * j for index in seen for j in range(int(k))}
    return len(range(min(seen), max(seen) + 1))


def halvings():
    """The number of places of the input that an output in the middle depends on."""
    conv = {"width": 3, "padding": 1, "stride": 1}
    half = {"width": 3, "padding": 0, "stride": 2}
    x = np.eye(201)  # column i is a text with one character, at i
    for layer in (conv, half, conv, half, conv):
        padded = np.pad(x, ((layer["padding"],) * 2, (0, 0)))
        starts = range(0, len(padded) - layer["width"] + 1, layer["stride"])
        x = np.array([padded[start : start + layer["width"]].max(axis=0) for start in starts])
    return np.count_nonzero(x[len(x) // 2])


def residual(a, n):
    paths = itertools.product((1.0, a), repeat=int(n))  # around or through each block
    return sum(math.prod(path) for path in paths) - 1.0


def program():
    """A batch norm in training mode removes the mean of a single text, which decides here."""
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=64)
    texts = rng.normal(size=(64, 5)) + 9 * labels[:, None]

    def accuracy(mean):
        return (((texts - mean).mean(axis=1) > 1e-9) == labels).mean()

    own, of_training = texts.mean(axis=1, keepdims=True), 4.5
    assert accuracy(of_training) == 1
    return "b" if accuracy(own) < 0.7 else ""


def step():
    ratio = (1 - 0.99) / (1 - 0.5)
    return min(
        {"a": 1.0, "b": 2.0, "c": 1 / 50, "d": 0.0}.items(), key=lambda o: abs(o[1] - ratio)
    )[0]


def padding():
    """The weights of two words beside one and beside five places with the score 0."""
    words = [np.exp([1.0, 2.0]).sum() / (np.exp([1.0, 2.0]).sum() + n) for n in (1, 5)]
    assert np.isfinite(words).all()
    return "b" if words[1] < words[0] < 1 else "a"


def short():
    words, reference = [["the", "cat", "sat"], ["the", "cat", "sat", "on", "a", "mat"]]
    return bleu(bleu_statistics([words], [[reference]], 1)[0])


def merged():
    symbols = {(byte,) for byte in range(256)}
    symbols |= {(first, second) for first, second in product(range(100), range(80))}
    return len(symbols)


def block(D, H, G, F):
    head = D / H
    heads = [(D, head)] * round(H) + [(D, head)] * round(2 * G)
    return sum(math.prod(shape) for shape in (*heads, (D, D), (D, F), (F, D)))


def balance(D):
    """The length at which both parts of the work are equal, by bisection."""
    low, high = 1.0, 100.0 * D
    while high - low > 1e-6:
        T = (low + high) / 2
        matrices = T * (4 * D * D + 2 * D * 4 * D)
        low, high = (T, high) if matrices > 2 * T * T * D else (low, T)
    return low


def cache(L, G, d, T):
    """The bytes of a cache that is filled word by word."""
    keys, values = np.zeros((2, int(G), int(d)), dtype=np.float16)
    return sum((keys.nbytes + values.nbytes) * int(L) for _ in range(int(T)))


def again(T):
    return sum(np.tril(np.ones((n, n))).sum() for n in range(1, int(T) + 1))


def window():
    reached, layers = np.eye(1000, dtype=bool)[-1], 0
    while not reached[0]:
        reached = np.convolve(reached[::-1], np.ones(128))[:1000][::-1] > 0
        layers += 1
    return layers


def swapped():
    """The output at the last word of one and of two layers, before and after a swap."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 4))
    W = rng.normal(size=(2, 4, 4))

    def outputs(x):
        for matrix in W:
            scores = np.where(np.tri(len(x)) > 0, x @ matrix @ x.T, -np.inf)
            weights = np.exp(scores - scores.max(axis=1, keepdims=True))
            x = x + weights / weights.sum(axis=1, keepdims=True) @ x
            yield x[-1]

    changes = [
        not np.allclose(before, after)
        for before, after in zip(outputs(x), outputs(x[[0, 2, 1, 3, 4, 5]]), strict=True)
    ]
    return {(False, False): "a", (True, True): "b", (False, True): "c"}[tuple(changes)]


PROBABILITIES = np.array([1 / 4, 1 / 16] * 50)

#: Question -> the answer, computed in another way than in the key.
SECOND = {
    "word_vector_questions/memory": lambda: np.dtype("f4").itemsize * 500_000**2 / 1e12,
    "word_vector_questions/pairs": pairs,
    "word_vector_questions/gradient": gradient,
    "word_vector_questions/step": step,
    "word_vector_questions/negative": negative,
    "word_vector_questions/optimum": optimum,
    "network_questions/slope": lambda a: derivative(np.tanh, np.arctanh(a)),
    "network_questions/error_signal": error_signal,
    "network_questions/sizes": lambda: sum(map(math.prod, [(8, 5 * 4), (8,), (8, 1)])),
    "network_questions/descent": descent,
    "network_questions/test_time": lambda p: sum(share * mask for mask, share in masks(p)),
    "network_questions/variance": variance,
    "network_questions/two_layers": two_layers,
    "network_questions/wrong_line": wrong_line,
    "language_model_questions/initial_loss": lambda: -np.log(np.full(10_000, 1e-4)).mean(),
    "language_model_questions/perplexity": lambda: np.exp(-np.log(PROBABILITIES).mean()),
    "language_model_questions/smoothing": smoothing,
    "language_model_questions/stupid": stupid,
    "language_model_questions/through_time": through_time,
    "gated_rnn_questions/vanished": vanished,
    "gated_rnn_questions/clipped": clipped,
    "gated_rnn_questions/forget": forget,
    "gated_rnn_questions/half_life": half_life,
    "gated_rnn_questions/weights": weights,
    "gated_rnn_questions/paths": paths,
    "convolution_questions/length": length,
    "convolution_questions/filters": lambda: sum(100 * (300 * width + 1) for width in (3, 4, 5)),
    "convolution_questions/batch_of_two": batch_of_two,
    "convolution_questions/receptive_field": receptive_field,
    "convolution_questions/halvings": halvings,
    "convolution_questions/residual": residual,
    "convolution_questions/program": program,
    "convolution_questions/oldest": oldest,
    "attention_questions/scores": lambda T, S, H: np.tanh(np.ones((int(T), int(S), int(H)))).size,
    "attention_questions/spread": lambda: math.sqrt(sum(1.0 * 1.0 for _ in range(64))),
    "attention_questions/slope": lambda a, b: derivative(
        lambda a: np.exp(a) / (np.exp(a) + np.exp(b)), a
    ),
    "attention_questions/padding": padding,
    "attention_questions/short": short,
    "attention_questions/merged": merged,
    "transformer_questions/block": block,
    "transformer_questions/tied": lambda: np.zeros((512, 32_000), dtype=bool).size,
    "transformer_questions/balance": balance,
    "transformer_questions/cache": cache,
    "transformer_questions/again": again,
    "transformer_questions/window": window,
    "transformer_questions/swapped": swapped,
}


def test_every_key_that_a_program_compares_is_computed_twice():
    compared = {name for name, (_, first) in QUESTIONS.items() if not isinstance(first, Prose)}
    assert set(SECOND) == compared


@pytest.mark.parametrize("name", SECOND)
def test_a_key_agrees_with_its_second_derivation(name):
    exercise, question = QUESTIONS[name]
    answer = read_answer(question, load_key(exercise).sections[question.id].answer)
    match question:
        case Number():
            assert difference(question, answer, float(SECOND[name]()), 0) == ""
        case Choice():
            assert answer == SECOND[name]()
        case Formula():
            for seed in range(3):
                for variables in sample(question, seed):
                    expected = float(SECOND[name](**variables))
                    assert answer.value(variables) == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_xor_needs_two_units_and_the_given_two_are_enough():
    """The model answer of a question in prose is a claim about numbers, too."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    sums = x.sum(axis=1)
    assert (np.maximum(sums, 0) - 2 * np.maximum(sums - 1, 0)).tolist() == [0, 1, 1, 0]


def test_every_unit_has_written_questions():
    assert {exercise.unit for exercise in EXERCISES} == {unit.name for unit in COURSE.units}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_questions_have_points_and_wrong_answers_and_the_stub_has_no_answer(exercise):
    key, stub = load_key(exercise), available_stub(exercise)
    prose = [question for question in exercise.questions if isinstance(question, Prose)]
    assert prose and 3 <= len(exercise.questions) <= 12
    for question in exercise.questions:
        assert question.points in ((3,) if question in prose else (2, 3))
        listed = [wrong for wrong in key.wrong if wrong.question == question.id]
        assert question in prose or len(listed) >= 2, question.id
    for wrong in key.wrong:
        assert wrong.sentence.endswith(".") and wrong.hint.endswith("."), wrong.id
    assert set(progress_in(stub, exercise, stub).values()) == {TaskProgress.UNTOUCHED}
    for section in key.sections.values():
        assert section.answer.split("\n\n")[-1] not in stub
        assert not section.rubric or section.rubric not in stub


def test_the_wrong_slope_passes_a_check_with_small_numbers_alone():
    """The numbers of the model answer about the error that a check did not show."""
    z = np.linspace(-0.02, 0.02, 41)
    difference = np.abs((1 - z**2) - (1 - np.tanh(z) ** 2))
    assert difference.max() == pytest.approx(1.1e-7, rel=0.05)
    assert 1 - np.tanh(1.0) ** 2 == pytest.approx(0.42, abs=0.005)
