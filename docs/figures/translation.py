"""Figures of the unit on attention and translation."""

from __future__ import annotations

from docs.figures.drawing import Drawing
from docs.figures.registry import figure


@figure("translation/attention/lookup.svg")
def lookup() -> Drawing:
    """Draw how one query becomes a mean of the values."""
    d = Drawing(
        "One query, four keys and their values",
        "The query q is compared with the keys k1 to k3 of the words he, opened and it; the "
        "scores are 0, 2 and 1. The fourth place is padding and has the score minus infinity. A "
        "softmax turns the scores into the weights 0.09, 0.67, 0.24 and 0. The result y is the "
        "mean of the values with these weights.",
        268,
    )
    words = ("he", "opened", "it", "padding")
    scores, weights = ("0", "2", "1", "−∞"), ("0.09", "0.67", "0.24", "0")
    d.box(44, 76, 52, 28, "q", "gate", words="formula")
    for name, y in (("key", 32), ("score", 76), ("weight", 156), ("value", 196)):
        d.text(472, y + 4, name, "small quiet", "end")
    for j, (word, score, weight) in enumerate(zip(words, scores, weights, strict=True)):
        x, style = 136.0 + 84 * j, "off" if word == "padding" else "on"
        d.text(x, 12, word, "small quiet" if word == "padding" else "small")
        d.box(x, 32, 52, 24, f"k_{j + 1}", style, words="formula")
        d.arrow((x, 44), (x, 62))
        d.text(x, 80, score, "formula")
        d.arrow((x, 88), (x, 104))
        d.arrow((x, 130), (x, 144))
        d.text(x, 160, weight, "strong")
        d.box(x, 196, 52, 24, f"v_{j + 1}", style, words="formula")
        d.line((x, 208), (x, 222))
    d.arrow((70, 76), (110, 76))
    d.box(262, 117, 304, 26, "softmax over the keys", "box", words="small")
    d.line((136, 222), (388, 222))
    d.arrow((262, 222), (262, 236))
    d.box(262, 250, 290, 26, "y = 0.09 v_1 + 0.67 v_2 + 0.24 v_3", "good", words="formula")
    return d


#: The tokens of one word before each merge and after the last: bytes, and where they begin.
STEPS = (
    ("r i n g s", "most frequent: i n"),
    ("r in g s", "then: in g"),
    ("r ing s", "then: r ing"),
    ("ring s", "no more merges"),
)


@figure("translation/subwords/merges.svg")
def merges() -> Drawing:
    """Draw how three merges turn the bytes of a word into two tokens."""
    d = Drawing(
        "Merges build the word rings",
        "Four rows show the word rings. The first has five tokens: r, i, n, g and s. The merge of "
        "i and n gives r, in, g and s. The merge of in and g gives r, ing and s. The merge of r "
        "and ing gives ring and s. No merge has both of these, so the word has two tokens.",
        236,
    )
    left, side = 40.0, 44.0
    for row, (tokens, label) in enumerate(STEPS):
        x, y = left, 28 + 60.0 * row
        for token in tokens.split():
            width = side * len(token)
            style = "box" if len(token) == 1 else "on"
            d.box(x + width / 2, y, width - 6, 30, token, style, words="formula")
            x += width
        d.text(left + 5 * side + 24, y, label, "small quiet", "start")
        if row:
            d.arrow((left + 2.5 * side, y - 44), (left + 2.5 * side, y - 17))
    return d


#: Accuracy of a hundred predictions in each of five bins, whose confidences are 0.1, 0.3, ... 0.9.
ACCURACY = (0.1, 0.25, 0.4, 0.55, 0.7)


@figure("translation/evaluation/reliability.svg")
def reliability() -> Drawing:
    """Draw the accuracy of each bin beside its confidence."""
    d = Drawing(
        "A model that is too sure",
        "Five bars show the accuracy of predictions with the confidences 0.1, 0.3, 0.5, 0.7 and "
        "0.9: 0.1, 0.25, 0.4, 0.55 and 0.7. A dashed line shows where accuracy equals "
        "confidence. The bars end further below this line the more sure the model is. The mean "
        "gap is 0.1.",
        250,
    )
    left, bottom, width, height = 96.0, 200.0, 60.0, 170.0
    right = left + 5 * width
    for b, accuracy in enumerate(ACCURACY):
        confidence = (2 * b + 1) / 10
        x = left + (b + 0.5) * width
        top, y = bottom - accuracy * height, bottom - confidence * height
        d.box(x, (top + bottom) / 2, 40, bottom - top, style="on", round_=0)
        if top - y > 1:
            d.box(x, (top + y) / 2, 40, top - y, style="gate", round_=0)
        d.text(x, bottom + 14, f"{confidence:g}", "small")
    d.line((left, bottom), (right, bottom - height), style="third")
    d.line((left, bottom - height), (left, bottom), (right, bottom))
    for accuracy in (0, 0.5, 1):
        d.text(left - 8, bottom - accuracy * height, f"{accuracy:g}", "small", "end")
    d.text(left, 14, "accuracy", "small quiet")
    d.text((left + right) / 2, bottom + 36, "mean confidence of the bin", "small quiet")
    d.text(left + 20, 46, "mean gap: ECE = 0.1", "small strong", "start")
    return d


@figure("translation/attentive_translator/translator.svg")
def translator() -> Drawing:
    """Draw the annotations of a sentence, and one step of the decoder."""
    d = Drawing(
        "An encoder with annotations, and one step of the decoder",
        "Four source words have the annotations a1 to a4: a bidirectional layer reads from both "
        "sides. The decoder's state h2 is compared with all of them; the weights are 0.05, 0.05, "
        "0.85 and 0.05. Their mean c2 and h2 together score the next word y2. The first "
        "annotation a1 sets the state h0, drawn as a dashed arrow.",
        262,
    )
    words, weights = ("second", "cat", "first", "dog"), ("0.05", "0.05", "0.85", "0.05")
    d.text(4, 220, "source", "small quiet", "start")
    for j, (word, weight) in enumerate(zip(words, weights, strict=True)):
        x = 84.0 + 62 * j
        d.text(x, 246, word, "small")
        d.arrow((x, 234), (x, 214))
        d.box(x, 200, 44, 26, f"a_{j + 1}", "on", words="formula")
        if j:
            d.arrow((x - 40, 194), (x - 22, 194))
            d.arrow((x - 22, 206), (x - 40, 206))
        d.line((x, 187), (x, 168))
        d.text(x, 152, weight, "strong" if weight == "0.85" else "small")
        d.line((x, 140), (x, 124))
    d.line((84, 124), (270, 124))
    d.arrow((177, 124), (177, 104))
    d.box(177, 90, 44, 26, "c_2", "gate", words="formula")
    d.line((62, 200), (22, 200), (22, 34), style="second")
    d.arrow((22, 34), (318, 34), style="second")
    d.box(342, 34, 44, 26, "h_0", "box", words="formula")
    d.arrow((342, 48), (342, 62))
    d.box(342, 76, 44, 26, "h_1", "box", words="formula")
    d.arrow((342, 90), (342, 126))
    d.box(342, 140, 44, 26, "h_2", "on", words="formula")
    d.arrow((320, 146), (292, 152))
    d.text(418, 76, "END", "small")
    d.arrow((400, 76), (366, 76))
    d.text(418, 140, "y_1", "formula")
    d.arrow((404, 140), (366, 140))
    d.box(252, 90, 62, 26, "[h_2; c_2]", "box", words="formula")
    d.arrow((200, 90), (220, 90))
    d.line((334, 126), (310, 96))
    d.arrow((310, 96), (284, 92))
    d.arrow((252, 76), (252, 62))
    d.text(252, 54, "y_2", "formula")
    return d
