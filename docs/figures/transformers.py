"""Figures of the unit on transformers."""

from __future__ import annotations

import math

from docs.figures.drawing import Drawing
from docs.figures.registry import figure

#: Three rows of four features.
ROWS = ((1, 2, 3, 6), (0, 4, 4, 0), (5, 3, 2, 6))


@figure("transformers/layer_norm/axes.svg")
def axes() -> Drawing:
    """Draw which numbers share their statistics in batch and in layer normalization."""
    d = Drawing(
        "Statistics of a feature over the batch, and of a row over its features",
        "Two tables have the same three rows of four features: 1 2 3 6, 0 4 4 0 and 5 3 2 6. In "
        "the left one, the second column is marked: batch normalization computes its mean, 3, and "
        "variance, 0.67, over the rows. In the right one, the second row is marked: layer "
        "normalization computes its mean, 2, and variance, 4, over the features.",
        218,
    )
    for left, title in ((74.0, "batch normalization"), (316.0, "layer normalization")):
        d.text(left + 63, 16, title, "strong")
        d.text(left + 63, 40, "features", "small quiet")
        for i, row in enumerate(ROWS):
            for c, value in enumerate(row):
                is_marked = c == 1 if left < 200 else i == 1
                x, y = left + 42 * c, 66 + 38 * i
                d.box(x, y, 38, 32, f"{value}", "gate" if is_marked else "box")
    d.text(46, 104, "rows", "small quiet", "end")
    d.arrow((116, 162), (116, 182))
    d.text(116, 198, "μ = 3, σ² = 0.67", "formula")
    d.arrow((462, 104), (472, 104), (472, 198), (440, 198))
    d.text(380, 198, "μ = 2, σ² = 4", "formula")
    d.line((252, 30), (252, 206), style="faint")
    return d


#: Number of features of the figure of pairs, and how many of their pairs it shows.
D, PAIRS = 16, 3


@figure("transformers/positions/pairs.svg")
def pairs() -> Drawing:
    """Draw the angles of three pairs of features at seven positions."""
    d = Drawing(
        "The first three of eight pairs at the positions 0 to 6",
        "Three rows of seven circles, each with a hand that starts at the right. In the first row "
        "the hand turns by 1 radian per position, and has gone round nearly once at position 6. "
        "In the second row it turns by 0.32 radians per position, and has gone a third of the "
        "way. In the third row it turns by 0.1 radians and has hardly moved.",
        216,
    )
    for i in range(PAIRS):
        rate, y = 10000 ** (-2 * i / D), 38.0 + 52 * i
        d.text(86, y - 8, f"pair {i}", "small strong", "end")
        d.text(86, y + 10, f"{rate:.2g} t", "formula small", "end")
        for t in range(7):
            x = 122.0 + 54 * t
            d.circle(x, y, 20, style="on" if i == 0 else "box")
            d.arrow((x, y), (x + 19 * math.cos(rate * t), y - 19 * math.sin(rate * t)))
    for t in range(7):
        d.text(122.0 + 54 * t, 184, f"{t}", "small")
    d.text(284, 204, "position t", "small quiet")
    return d


#: Settings of the schedule that is drawn: w and r.
WARMUP, LEAST = 0.2, 0.25


@figure("transformers/warmup_and_decay/schedule.svg")
def schedule() -> Drawing:
    """Draw a learning rate that grows along a line and falls along half a cosine."""
    d = Drawing(
        "The learning rate of a training with warmup and cosine decay",
        "The rate grows along a line from 0 to its greatest value in the first fifth of the "
        "training. Then it falls along half a cosine, slowly at first and at last, to a quarter "
        "of this value at the end.",
        226,
    )
    left, bottom, width, height = 70.0, 176.0, 370.0, 140.0

    def point(share: float, rate: float) -> tuple[float, float]:
        return left + share * width, bottom - rate * height

    d.line(point(0, 1.08), point(0, 0), point(1.03, 0))
    for share, name in ((WARMUP, "w"), (1.0, "1")):
        d.line(point(share, 0), point(share, 1), style="faint")
        d.text(point(share, 0)[0], bottom + 16, name, "formula")
    for rate, name in ((1.0, "α_0"), (LEAST, "r α_0")):
        d.line(point(0, rate), point(1, rate), style="faint")
        d.text(left - 8, point(0, rate)[1], name, "formula", "end")
    falling = [0.5 + 0.5 * math.cos(math.pi * i / 40) for i in range(41)]
    shares = [WARMUP + (1 - WARMUP) * i / 40 for i in range(41)]
    curve = [LEAST + (1 - LEAST) * share for share in falling]
    d.line(point(0, 0), *map(point, shares, curve), style="first")
    d.text(point(0.11, 0)[0], 18, "warmup", "small quiet")
    d.text(point(0.6, 0)[0], 18, "half a cosine", "small quiet")
    d.text(point(0.6, 0)[0], bottom + 38, "share s of the training", "small quiet")
    return d


#: Heads of queries, and of keys and values, in the figure of heads.
H, G = 4, 2


@figure("transformers/multi_head_attention/heads.svg")
def heads() -> Drawing:
    """Draw the columns of x W_qkv, the heads that they belong to, and what joins the heads."""
    d = Drawing(
        "Columns of x W_qkv as heads; two heads of queries share each head of keys and values",
        "The product of a word and W_qkv has eight parts: the queries q0 to q3, the keys k0 and "
        "k1, and the values v0 and v1. Four heads stand below. The heads 0 and 1 read their own "
        "query, and both read k0 and v0. The heads 2 and 3 read their own query, and both read k1 "
        "and v1. The means of the four heads are joined, and W_o makes the output y of them.",
        262,
    )
    names = [*(f"q_{h}" for h in range(H)), *(f"{n}_{g}" for n in "kv" for g in range(G))]
    d.text(14, 34, "x W_{qkv}", "formula", "start")
    for i, name in enumerate(names):
        shared = int(name[-1]) if name[0] != "q" else int(name[-1]) * G // H
        d.box(106 + 46 * i, 34, 40, 30, name, "gate" if shared else "on", words="formula")
    for h in range(H):
        x, group = 100.0 + 100 * h, h * G // H
        d.box(x, 124, 90, 46, style="gate" if group else "on")
        d.text(x, 114, f"head {h}", "small strong")
        d.text(x, 134, f"q_{h} k_{group} v_{group}", "formula")
        d.arrow((x, 147), (x, 178))
        d.box(x, 194, 100, 30, f"m_{h}", style="gate" if group else "on", words="formula")
    for group, left in ((0, 100.0), (1, 300.0)):
        d.text(left + 50, 74, f"both read k_{group} and v_{group}", "small quiet")
        d.line((left - 40, 88), (left + 140, 88), style="faint")
    d.arrow((250, 209), (250, 232))
    d.text(250, 248, "y = [m_0, ..., m_3] W_o", "formula")
    return d


#: Place of the norms -> the boxes of one layer from below; "+" is the sum.
LAYERS = {"pre": ("norm", "f", "dropout", "+"), "post": ("f", "dropout", "+", "norm")}


@figure("transformers/transformer_block/norms.svg")
def norms() -> Drawing:
    """Draw a layer of a block with its norm before the layer, and with its norm after the sum."""
    d = Drawing(
        "A block with the norms before its layers, and a block with the norms after the sums",
        "Two columns are read from below. With pre, x goes through norm, f and dropout to a sum, "
        "and a line leads x around all of them to the sum, which is the output. With post, x goes "
        "through f and dropout to the sum, a line leads x around them, and the norm comes after "
        "the sum: everything passes it.",
        284,
    )
    for centre, (name, boxes) in zip((120.0, 330.0), LAYERS.items(), strict=True):
        d.text(centre, 16, f'norm="{name}"', "strong")
        d.text(centre, 270, "x", "formula")
        for i, box in enumerate(boxes):
            y = 216.0 - 48 * i
            d.arrow((centre, y + (44 if i == 0 else 32)), (centre, y + (12 if box == "+" else 16)))
            if box == "+":
                d.operator(centre, y, "+")
                d.arrow((centre, 248), (centre + 72, 248), (centre + 72, y), (centre + 12, y))
            else:
                d.box(centre, y, 90, 32, box, "gate" if box == "norm" else "on")
        d.arrow((centre, 60 if box == "+" else 56), (centre, 42))
        d.text(centre - 16, 46, "y", "formula")
    return d


#: Number of tokens of the figure of a cache.
TOKENS = 5


@figure("transformers/transformer_lm/cache.svg")
def cache() -> Drawing:
    """Draw which words each new token computes, without and with a cache."""
    d = Drawing(
        "Rows computed for each new token, without and with a cache",
        "Two tables stand side by side, with five calls as rows and tokens as columns. In the left "
        "one, call t computes the rows of all tokens up to t: 15 rows in five calls. In the right "
        "one, each call computes the row of its own token and reads the keys of the earlier ones "
        "from the cache: 5 rows.",
        250,
    )
    sides = ((50.0, "forward of all tokens"), (290.0, "one step with a cache"))
    for left, title in sides:
        d.text(left + 75, 16, title, "strong")
        for t in range(TOKENS):
            d.text(left - 10, 55 + 30 * t, f"{t}", "small", "end")
            for column in range(t + 1):
                is_new = left < 200 or column == t
                d.box(left + 15 + 30 * column, 55 + 30 * t, 30, 30, "", "gate" if is_new else "on",
                      round_=0)  # fmt: skip
        d.text(left + 75, 204, "tokens", "small quiet")
    d.text(14, 34, "calls", "small quiet", "start")
    for x, style, text in ((60.0, "gate", "computed"), (260.0, "on", "keys from the cache")):
        d.box(x, 232, 20, 20, "", style, round_=0)
        d.text(x + 18, 232, text, "small", "start")
    return d


#: Drafted words with their probabilities in the draft and the target, and the drawn numbers u.
DRAFTED = (("are", 0.5, 0.4, 0.35), ("in", 0.2, 0.3, 0.9), ("her", 0.4, 0.05, 0.6))


@figure("transformers/speculative_decoding/verified.svg")
def verified() -> Drawing:
    """Draw three drafted words, of which the target keeps two."""
    d = Drawing(
        "Three drafted words, of which two are accepted",
        "After the keys, the draft proposes are, in and her. Their probabilities in the draft are "
        "0.5, 0.2 and 0.4, in the target 0.4, 0.3 and 0.05. So they are kept with the "
        "probabilities 0.8, 1 and 0.125. The drawn numbers are 0.35, 0.9 and 0.6: are and in are "
        "kept, her is rejected. The target then draws the word the in its place.",
        248,
    )
    rows = {"drafted": 28.0, "draft q": 72, "target p": 98, "min(1, p/q)": 124, "drawn u": 150}
    for name, y in rows.items():
        d.text(134, y, name, "small quiet", "end")
    d.text(134, 210, "written", "small quiet", "end")
    for i, (word, q, p, u) in enumerate(DRAFTED):
        x, ratio = 190.0 + 96 * i, min(1.0, p / q)
        is_kept = u < ratio
        d.box(x, rows["drafted"], 72, 30, word, "on" if is_kept else "off")
        for name, value in zip(list(rows)[1:], (q, p, ratio, u), strict=True):
            d.text(x, rows[name], f"{value:g}", "formula")
        d.arrow((x, 162), (x, 190))
        d.text(x + 8, 176, "kept" if is_kept else "rejected", "small", "start")
        d.box(x, 210, 72, 30, word if is_kept else "the", "good" if is_kept else "gate")
    return d


#: The sentence of the figure of induction, which is said twice.
SENTENCE = ("bird", "king", "fish", "star")


@figure("transformers/induction/circuit.svg")
def circuit() -> Drawing:
    """Draw what the near head of layer 1 and a far head of layer 2 read to recall a word."""
    d = Drawing(
        "A sentence of four words, said twice, and what two heads read",
        "The words of the text stand in a row: end, bird, king, fish, star, end, and in capital "
        "letters bird, king. FISH comes next. In layer 1, the near head of fish reads king, the "
        "word before. In layer 2, a far head of the capital king looks for a word that has king "
        "before it, and reads fish.",
        210,
    )
    words = ("</s>", *SENTENCE, "</s>", *map(str.upper, SENTENCE[:2]))
    x = [36.0 + 56 * i for i in range(len(words))]
    fish, asking = words.index("fish"), len(words) - 1
    for i, word in enumerate(words):
        d.box(x[i], 176, 48, 26, word, "on" if word.lower() == "king" else "box")
        d.box(x[i], 112, 48, 26, "king" if i == fish else "", "gate" if i == fish else "off")
        d.line((x[i], 162), (x[i], 126), style="faint")
    d.arrow((x[fish - 1], 162), (x[fish] - 8, 126), style="second")
    d.text(x[fish] + 8, 145, "layer 1: fish reads the word before", "small quiet", "start")
    d.arrow((x[fish], 98), (x[fish], 56), (x[asking], 56), (x[asking], 98), style="first")
    d.text((x[fish] + x[asking]) / 2, 40, "layer 2: who has king before?", "small quiet")
    d.text(x[asking] - 20, 22, "FISH comes next", "small strong")
    return d


#: Words of the figure of blocks, and keys of each of its blocks.
WORDS, KEYS = 8, 2


@figure("transformers/blockwise_attention/blocks.svg")
def blocks() -> Drawing:
    """Draw the scores of all pairs of words, and those of one block of keys."""
    d = Drawing(
        "Scores of all pairs, and of one block of keys",
        "Two squares of eight rows, the queries, and eight columns, the keys. In the left one all "
        "64 scores are there at once. In the right one only the third of four blocks of two "
        "columns is there, with 16 scores. Below the first two blocks stands m, s, u: their sums. "
        "Below the last one stands: to come.",
        232,
    )
    for left, title in ((74.0, "attention"), (306.0, "attention in blocks")):
        d.text(left + 66, 16, title, "strong")
        d.text(left + 66, 38, "keys", "small quiet")
        for i in range(WORDS):
            for j in range(WORDS):
                is_there = left < 200 or j // KEYS == 2
                d.box(left + 19 * j, 58 + 19 * i, 16, 16, "", "on" if is_there else "off")
    d.text(56, 124, "queries", "small quiet", "end")
    d.text(140, 218, f"{WORDS * WORDS} scores", "small")
    d.text(330, 218, "m, s, u", "formula small")
    d.text(392, 218, f"{WORDS * KEYS}", "small")
    d.text(438, 218, "to come", "small quiet")
    return d


#: Rows and columns of W in the figure of thin matrices, and their rank.
THIN, RANK = 8, 1


@figure("transformers/lora/thin.svg")
def thin() -> Drawing:
    """Draw a trained matrix, and the two thin matrices whose product is added to it."""
    d = Drawing(
        "The trained matrix W, and the thin matrices A and B beside it",
        "On the left a square of eight rows and eight columns, W: 64 numbers that are kept. Then a "
        "plus sign and the factor s. On the right a column of eight numbers, A, and beside it a "
        "row of eight numbers, B: 16 numbers that are learned.",
        214,
    )

    def grid(left: float, rows: int, columns: int, style: str) -> None:
        for i in range(rows):
            for j in range(columns):
                d.box(left + 17 * j, 46 + 17 * i, 14, 14, "", style)

    for left, columns, rows, style, name in (
        (60.0, THIN, THIN, "box", "W"),
        (272.0, RANK, THIN, "on", "A"),
        (310.0, THIN, RANK, "on", "B"),
    ):
        grid(left, rows, columns, style)
        d.text(left + 8.5 * (columns - 1), 20, name, "formula strong")
    d.text(228, 106, "+  s", "formula")
    d.text(120, 196, f"{THIN * THIN} numbers, kept", "small")
    d.text(340, 196, f"{2 * THIN * RANK} numbers, learned", "small")
    return d


#: A text of a masked language model, and what it reads at the chosen places.
TEXT = ("neither", "old", "cat", "nor", "dog", "sleeps")
READ = {0: "MASK", 2: "bowl", 5: "sleeps"}


@figure("transformers/masked_lm/masked.svg")
def masked() -> Drawing:
    """Draw a text, what the model reads of it, and the words that it has to predict."""
    d = Drawing(
        "A text, what the model reads, and what it predicts",
        "The text is: neither old cat nor dog sleeps. Three words are chosen. The model reads MASK "
        "in the place of neither, bowl in the place of cat, and sleeps as it is. An encoder over "
        "all six words has an output for the three chosen words only: neither, cat, sleeps.",
        220,
    )
    for t, word in enumerate(TEXT):
        x, is_chosen = 96.0 + 70 * t, t in READ
        d.text(x, 22, word, "small")
        d.arrow((x, 34), (x, 46))
        d.box(x, 62, 62, 28, READ.get(t, word), "gate" if is_chosen else "box", words="small")
        d.arrow((x, 78), (x, 100))
        if is_chosen:
            d.arrow((x, 136), (x, 158))
            d.box(x, 174, 62, 28, word, "on", words="small")
    d.box(271, 118, 412, 34, "TransformerEncoder", "box")
    for y, name in ((22, "text"), (62, "read"), (174, "predicted")):
        d.text(4, y, name, "small quiet", "start")
    d.text(271, 206, "The loss is the mean over the chosen words.", "small quiet")
    return d


@figure("transformers/fine_tuning/transfer.svg")
def transfer() -> Drawing:
    """Draw a masked language model and a classifier, whose encoder comes from it."""
    d = Drawing(
        "A masked language model, and a classifier with the same encoder",
        "On the left, a masked language model: an encoder, and scores of hidden words above it. It "
        "learns from many texts without labels. An arrow, load_encoder, leads from its encoder to "
        "the encoder of a classifier on the right. The classifier has a mean and a head above it, "
        "and learns from 32 labelled texts.",
        214,
    )
    for x, words in ((108.0, "many texts without labels"), (372.0, "32 texts with labels")):
        d.text(x, 200, words, "small quiet")
        d.arrow((x, 188), (x, 166))
        d.box(x, 148, 140, 34, "encoder", "on")
        d.arrow((x, 130), (x, 112))
    d.box(108, 94, 140, 34, "scores: U, b", "box")
    d.arrow((108, 76), (108, 58))
    d.text(108, 46, "hidden words", "small")
    d.box(372, 94, 140, 34, "mean, head", "gate")
    d.arrow((372, 76), (372, 58))
    d.text(372, 46, "classes", "small")
    d.text(108, 18, "MaskedLM", "strong")
    d.text(372, 18, "TextClassifier", "strong")
    d.arrow((180, 148), (300, 148), style="first")
    d.text(240, 134, "load_encoder", "small")
    return d
