"""Figures on words, translations and transformers show what the solutions compute."""

from collections import Counter

import numpy as np
import pytest
from drawn_figures import SVG, root_of, texts_of

from docs.figures.transformers import (
    DRAFTED,
    KEYS,
    LAYERS,
    LEAST,
    PAIRS,
    RANK,
    READ,
    ROWS,
    SENTENCE,
    TEXT,
    THIN,
    TOKENS,
    WARMUP,
    WORDS,
    D,
    G,
    H,
)
from docs.figures.translation import ACCURACY, STEPS
from framework.models.parts import part
from plugins.lectures.languages.correlatives import CorrelativeLanguage
from solutions.convolution.batch_norm.batch_norm import BatchNorm1d
from solutions.language_models.window_lm.window_lm import WindowLM
from solutions.transformers.blockwise_attention.blockwise_attention import BlockwiseAttention
from solutions.transformers.induction.induction import prefix_matching_score, window_mask
from solutions.transformers.layer_norm.layer_norm import LayerNorm
from solutions.transformers.lora.lora import LoRA
from solutions.transformers.multi_head_attention.multi_head_attention import MultiHeadAttention
from solutions.transformers.positions.positions import angles, sinusoidal
from solutions.transformers.speculative_decoding.speculative_decoding import verify
from solutions.transformers.transformer_block.transformer_block import TransformerBlock
from solutions.transformers.warmup_and_decay.warmup_and_decay import WarmupCosine
from solutions.translation.evaluation.evaluation import calibration_error
from solutions.translation.subwords.subwords import decode, encode, learn_merges
from solutions.word_vectors.one_hot.one_hot import cosine_similarity, one_hot
from solutions.word_vectors.word2vec.word2vec import context_pairs


def styled_texts_of(figure):
    """Return the texts of a figure, and the class of the shape that each is drawn in."""
    style, texts = "", []
    for element in root_of(figure).iter():
        style = element.get("class", "") if element.tag == f"{SVG}rect" else style
        if element.tag == f"{SVG}text":
            texts.append(("".join(element.itertext()).strip(), style))
    return texts


def test_one_hot_vectors_of_hotel_motel_and_cat():
    texts = texts_of("word_vectors/one_hot/dense.svg")
    digits = np.array([float(text) for text in texts if text in "01"])
    vectors = one_hot(np.array([2, 5, 6]), 7)
    np.testing.assert_array_equal(digits.reshape(3, 7), vectors)
    for i, word in ((1, "motel"), (2, "cat")):
        assert f"hotel · {word} = {cosine_similarity(vectors[0], vectors[i]):g}" in texts


def test_the_gap_of_a_model_that_is_too_sure():
    confidence = np.repeat([0.1, 0.3, 0.5, 0.7, 0.9], 100)
    correct = np.concatenate([np.arange(100) < round(100 * accuracy) for accuracy in ACCURACY])
    texts = texts_of("translation/evaluation/reliability.svg")
    assert f"mean gap: ECE = {calibration_error(confidence, correct, 5):.2g}" in texts


def test_the_weights_of_a_translator_sum_to_one():
    texts = texts_of("translation/attentive_translator/translator.svg")
    assert sum(float(text) for text in texts if text.startswith("0.")) == pytest.approx(1)


def test_statistics_of_a_column_and_of_a_row():
    drawn = styled_texts_of("transformers/layer_norm/axes.svg")
    x = np.array(ROWS, float)
    numbers = [(float(text), style) for text, style in drawn if text.isdigit()]
    np.testing.assert_array_equal([n for n, _ in numbers], np.tile(x.ravel(), 2))
    marked = np.reshape([style == "gate" for _, style in numbers], (2, *x.shape))
    texts = [text for text, _ in drawn if text.startswith("μ")]
    for of_kind, text, layer in zip(marked, texts, (BatchNorm1d(4), LayerNorm(4)), strict=True):
        chosen = x[of_kind]
        assert text == f"μ = {chosen.mean():g}, σ² = {chosen.var():.2g}"
        expected = (chosen - chosen.mean()) / chosen.std()
        np.testing.assert_allclose(layer.forward(x)[of_kind], expected, rtol=1e-4)


def test_hands_at_the_angles_of_their_pairs():
    figure = "transformers/positions/pairs.svg"
    root = root_of(figure)
    lines = [line.get("points").split() for line in root.iter(f"{SVG}polyline")]
    hands = np.array([[[*map(float, point.split(","))] for point in line] for line in lines])
    turned = (hands[:, 1] - hands[:, 0]).reshape(PAIRS, 7, 2) * [1, -1]
    turned /= np.linalg.norm(turned, axis=-1, keepdims=True)
    expected = sinusoidal(7, D).reshape(7, -1, 2)[:, :PAIRS, ::-1]
    np.testing.assert_allclose(turned, expected.swapaxes(0, 1), atol=0.02)
    texts = [text for text in texts_of(figure) if text.endswith(" t")]
    assert texts[:-1] == [f"{rate:.2g} t" for rate in angles(np.arange(2), D)[1, :PAIRS]]


def test_scores_of_all_pairs_and_of_a_block():
    figure = "transformers/blockwise_attention/blocks.svg"
    root = root_of(figure)
    styles = [element.get("class") for element in root.iter(f"{SVG}rect")]
    drawn = np.array([style for style in styles if style in ("on", "off")]) == "on"
    whole, in_blocks = drawn.reshape(2, WORDS, WORDS)
    words = np.ones((1, WORDS, 1))
    scores = BlockwiseAttention(KEYS).block_scores(words, words, 2 * KEYS)
    assert whole.all()
    np.testing.assert_array_equal(np.flatnonzero(in_blocks[0]), [2 * KEYS, 2 * KEYS + 1])
    assert in_blocks.sum() == scores.size
    texts = texts_of(figure)
    assert f"{whole.sum()} scores" in texts
    assert f"{scores.size}" in texts


def test_numbers_of_a_trained_matrix_and_of_thin_ones():
    figure = "transformers/lora/thin.svg"
    root = root_of(figure)
    drawn = Counter(element.get("class") for element in root.iter(f"{SVG}rect"))
    layer = part("affine")(THIN, THIN, rng=np.random.default_rng(0))
    lora = LoRA(layer, RANK, 1.0, rng=np.random.default_rng(0))
    kept, learned = layer.parameters["W"].size, sum(x.size for x in lora.parameters.values())
    assert (drawn["box"], drawn["on"]) == (kept, learned)
    texts = texts_of(figure)
    assert [f"{kept} numbers, kept", f"{learned} numbers, learned"] == texts[-2:]


def test_the_curve_of_warmup_and_cosine():
    figure = "transformers/warmup_and_decay/schedule.svg"
    root = root_of(figure)
    lines = {line.get("class"): line.get("points") for line in root.iter(f"{SVG}polyline")}
    points = np.array([[*map(float, point.split(","))] for point in lines["first"].split()])
    drawn = (points - points[0]) / [370, -140]
    schedule = WarmupCosine(1.0, warmup=WARMUP, least=LEAST)
    rates = [schedule.rate_at(min(share, 1.0)) for share in drawn[:, 0]]
    np.testing.assert_allclose(drawn[:, 1], rates, atol=1e-2)


def test_heads_read_the_columns_that_the_figure_gives_them():
    """A head changes with the columns that are drawn in its box, and with no others."""
    texts = texts_of("transformers/multi_head_attention/heads.svg")
    columns = texts[1 : 1 + H + 2 * G]
    model = MultiHeadAttention(H, H, key_value_heads=G, rng=np.random.default_rng(0))
    model.parameters["W_o"][...] = np.eye(H)
    x = np.random.default_rng(1).normal(size=(1, 3, H))
    y = model.forward(x)
    read = {text.split()[0]: set(text.split()) for text in texts if len(text.split()) == 3}
    W = model.parameters["W_qkv"].copy()
    for i, column in enumerate(columns):
        model.parameters["W_qkv"][...] = W + (np.arange(len(columns)) == i)
        changed = np.any(model.forward(x) != y, axis=(0, 1))
        assert [column in read[f"q{h}"] for h in range(H)] == changed.tolist()


def test_the_order_of_norm_layer_and_sum():
    drawn = texts_of("transformers/transformer_block/norms.svg")
    rng = np.random.default_rng(0)
    x, norm = rng.normal(size=(1, 3, 4)), LayerNorm(4)
    for name, boxes in LAYERS.items():
        block = TransformerBlock(4, 2, norm=name, rng=rng)
        for parameter in ("W", "b"):
            block.parameters[f"feed_forward.output.{parameter}"][...] = 0
        steps = {"norm": norm.forward, "dropout": np.copy, "+": lambda z: x + z}
        y, steps["f"] = x, block.attention.forward
        for box in boxes:
            y = steps[box](y)
        expected = y if name == "pre" else norm.forward(y)  # FeedForward returns zeros
        np.testing.assert_allclose(block.forward(x), expected)
        location = drawn.index(f'norm="{name}"')
        assert [text for text in drawn[location : location + 7] if text in boxes] == list(boxes)


def test_the_rows_that_each_token_computes():
    root = root_of("transformers/transformer_lm/cache.svg")
    boxes = [(float(box.get("x")), float(box.get("y")), box.get("class"))
             for box in root.iter(f"{SVG}rect") if box.get("width") == "30"]  # fmt: skip
    for is_left in (True, False):
        side = [(y, style) for x, y, style in boxes if (x < 240) is is_left]
        calls = [[style for y, style in side if y == row] for row in sorted({y for y, _ in side})]
        assert [len(call) for call in calls] == [*range(1, TOKENS + 1)]  # the words it reads
        computed = [call.count("gate") for call in calls]
        assert computed == ([*range(1, TOKENS + 1)] if is_left else [1] * TOKENS)


def test_chosen_words_of_a_masked_language_model():
    """The text is one of the language; MASK, another word and the word itself each stand once."""
    language = CorrelativeLanguage()
    assert np.isfinite(language.automaton.log_probabilities(TEXT)).all()
    drawn = styled_texts_of("transformers/masked_lm/masked.svg")
    assert [text for text, style in drawn if style == "gate"] == [*READ.values()]
    predicted = [text for text, style in drawn if style == "on" and text in TEXT]
    assert {TEXT[t] for t in READ} <= {*predicted}
    kinds = [read == TEXT[t] for t, read in READ.items()]
    assert (kinds, [*READ.values()].count("MASK")) == ([False, False, True], 1)
    assert READ[2] in language.kinds


def test_the_merges_of_rings():
    merges = learn_merges({b"sing": 4, b"singing": 2, b"ring": 3, b"rings": 2}, 5)
    for count, (tokens, _) in zip((0, 1, 2, 5), STEPS, strict=True):
        (ids,) = encode([b"rings"], merges[:count])
        assert [decode([token], merges).decode() for token in ids] == tokens.split()


def test_the_words_that_are_kept_and_the_one_that_is_rejected():
    class Drawn:
        """Draws the numbers of the figure, then 0.5."""

        def random(self, shape):
            return np.array([[u for *_, u in DRAFTED]]) if shape == (1, 3) else np.full(shape, 0.5)

    ids = np.arange(3)[None]
    q, p = np.ones((1, 3, 5)), np.ones((1, 4, 5))
    for i, (_, of_draft, of_target, _) in enumerate(DRAFTED):
        q[0, i, i], p[0, i, i] = of_draft, of_target
    accepted, _ = verify(ids, np.log(q), np.log(p), rng=Drawn())
    texts = texts_of("transformers/speculative_decoding/verified.svg")
    assert texts.count("kept") == accepted[0] == 2
    assert texts.count("rejected") == 1
    for word, of_draft, of_target, u in DRAFTED:
        assert {word, *(f"{n:g}" for n in (of_draft, of_target, u))} <= {*texts}
        assert f"{min(1, of_target / of_draft):g}" in texts


def test_both_heads_of_the_circuit_read_what_the_solution_counts():
    drawn = styled_texts_of("transformers/induction/circuit.svg")
    words = ["</s>", *SENTENCE, "</s>", *map(str.upper, SENTENCE[:2])]
    by_layer = [text for text, _ in drawn if text in words]
    fish = words.index("fish")
    assert by_layer == [*words[: fish + 1], "king", *words[fish + 1 :]]
    assert window_mask(len(words), 2)[fish].nonzero()[0].tolist() == [words.index("king"), fish]
    tokens = np.array([[words.index(word.lower()) for word in words]])
    recalling = np.zeros((1, 1, len(words), len(words)))
    recalling[0, 0, [5, 6, 7], [1, 2, fish]] = 1  # the last of the three is drawn
    assert prefix_matching_score(recalling, tokens) == 1


def test_the_window_of_into():
    drawn = styled_texts_of("word_vectors/word2vec/window.svg")
    words = ["problems", "turning", "into", "banking", "crises", "as"]
    centers, outsides = context_pairs(range(len(words)), window=2)
    beside = {words[o] for c, o in zip(centers, outsides, strict=True) if words[c] == "into"}
    assert {text for text, style in drawn if style == "on" and text in words} == beside
    assert [text for text, style in drawn if style == "gate"] == ["into"]


def test_the_window_of_a_language_model_ends_at_the_last_word():
    drawn = styled_texts_of("language_models/window_lm/window.svg")
    words = [text for text, _ in drawn if text in ["clock", "the", "students", "opened", "their"]]
    model = WindowLM(len(words), 2, 3, rng=np.random.default_rng(0))
    logits = []
    for changed in range(len(words)):
        tokens = np.arange(len(words))[None]
        tokens[0, changed] = (changed + 1) % len(words)
        logits.append(model.forward(tokens)[0, -1])
    same = model.forward(np.arange(len(words))[None])[0, -1]
    seen = [bool(np.ptp(logit - same)) for logit in logits]
    inside = [style == "on" for text, style in drawn if text in words]
    assert words == ["clock", "the", "students", "opened", "their"]
    assert inside == seen
