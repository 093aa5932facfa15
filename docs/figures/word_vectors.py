"""Figures of the unit on word vectors."""

from __future__ import annotations

from docs.figures.drawing import Drawing
from docs.figures.registry import figure


@figure("word_vectors/word2vec/window.svg")
def window() -> Drawing:
    """Draw the window around one centre word."""
    d = Drawing(
        "A centre word and its window",
        "The text: problems turning into banking crises as. The centre word is into, the "
        "window m = 2. Arrows go from into to the two words before it and the two words after "
        "it; each arrow is one factor P(outside word | into) of the objective.",
        184,
    )
    words = ["problems", "turning", "into", "banking", "crises", "as"]
    widths = [82, 74, 56, 76, 66, 40]
    x, centres = 18.0, []
    for i, (word, width) in enumerate(zip(words, widths, strict=True)):
        style = "gate" if i == 2 else ("on" if i in (0, 1, 3, 4) else "off")
        d.box(x + width / 2, 96, width, 30, word, style)
        centres.append(x + width / 2)
        x += width + 10
    for i, height in ((0, 22), (1, 46), (3, 46), (4, 22)):
        d.arrow((centres[2], 81), (centres[2], height), (centres[i], height), (centres[i], 80))
        offset = ("−2", "−1", "", "1", "2")[i]
        d.text((centres[i] + centres[2]) / 2, height - 11, f"j = {offset}", "small")
    d.line((18, 122), (18, 128), (172, 128), (172, 122))
    d.text(95, 144, "m = 2 outside words", "small quiet")
    d.text(212, 168, "each arrow: one factor P(w_{t+j} | w_t), the centre word is w_t", "small")
    d.line((250, 122), (250, 128), (402, 128), (402, 122))
    d.text(326, 144, "m = 2 outside words", "small quiet")
    return d


@figure("word_vectors/one_hot/dense.svg")
def dense() -> Drawing:
    """Draw one-hot vectors beside dense ones."""
    d = Drawing(
        "One-hot vectors and dense vectors",
        "Left: hotel, motel and cat as one-hot vectors, each with a single 1 in a place of "
        "its own; every pair has the similarity 0. Right: as dense vectors, points in a "
        "plane: hotel and motel are near each other, cat is far away.",
        200,
    )
    d.text(120, 18, "one-hot: a place each", "strong")
    for row, word in enumerate(("hotel", "motel", "cat")):
        y = 40 + 34 * row
        d.text(56, y + 12, word, "", "end")
        column = (2, 5, 6)[row]
        styles = [["on" if j == column else "box" for j in range(7)]]
        texts = [["1" if j == column else "0" for j in range(7)]]
        d.matrix(64, y, 1, 7, 24, styles, texts)
    d.text(148, 158, "hotel · motel = 0", "formula")
    d.text(148, 180, "hotel · cat = 0", "formula")
    d.line((256, 24), (256, 188), style="faint")
    d.text(370, 18, "dense: a direction each", "strong")
    d.arrow((300, 178), (460, 178), style="faint")
    d.arrow((300, 178), (300, 40), style="faint")
    for word, x, y in (("hotel", 420, 74), ("motel", 436, 98), ("cat", 322, 62)):
        d.arrow((300, 178), (x, y), style="first" if word != "cat" else "second")
        d.text(x + 4, y - 10, word, "strong", "middle")
    return d


@figure("word_vectors/count_vectors/counts.svg")
def counts() -> Drawing:
    """Draw the way from a text over its counts to word vectors."""
    d = Drawing(
        "From a text to word vectors",
        "Left: the counts of the text 0 1 0 2 1, a table of three words by three contexts with "
        "the rows 0 2 1, 2 0 1 and 1 1 0. Middle: its PPMI, with the rows 0, 0.58, 0.29; 0.58, 0, "
        "0.29; 0.29, 0.29, 0. Right: two singular vectors, a matrix of three rows and two columns; "
        "each row is the vector of a word.",
        156,
    )
    tables = (
        (40, "counts", ("0", "2", "1", "2", "0", "1", "1", "1", "0"), 3),
        (192, "PPMI", ("0", ".58", ".29", ".58", "0", ".29", ".29", ".29", "0"), 3),
        (368, "U", ("", "", "", "", "", ""), 2),
    )
    for x, name, values, columns in tables:
        middle = x + 15.0 * columns
        d.text(middle, 18, name, "strong")
        texts = [list(values[columns * row : columns * (row + 1)]) for row in range(3)]
        styles = [["on" if text != "0" else "box" for text in row] for row in texts]
        d.matrix(x, 34, 3, columns, 30, "good" if name == "U" else styles, texts)
    for row in range(3):
        d.text(20, 49 + 30 * row, f"{row}", "small quiet")
    d.arrow((138, 79), (182, 79))
    d.text(160, 64, "log", "small")
    d.arrow((290, 79), (358, 79))
    d.text(324, 64, "SVD", "small")
    d.text(398, 140, "a row: a word", "small")
    d.text(85, 140, "0 1 0 2 1", "formula")
    return d
