"""Figures of the unit on convolutional networks."""

from __future__ import annotations

from docs.figures.drawing import Drawing
from docs.figures.registry import figure


@figure("convolution/conv1d/windows.svg")
def windows() -> Drawing:
    """Draw padding, stride and dilation."""
    d = Drawing(
        "Windows with padding, stride and dilation",
        "Four rows over a text of seven words, each with a filter of width 3. Plain: five "
        "windows. Padding 1: seven windows; the first and last read a zero. Stride 2: three "
        "windows, two words apart. Dilation 2: three windows whose words are two places "
        "apart.",
        372,
    )
    rows: tuple[tuple[str, int, int, int], ...] = (
        ("width 3", 0, 1, 1),
        ("padding 1", 1, 1, 1),
        ("stride 2", 0, 2, 1),
        ("dilation 2", 0, 1, 2),
    )
    for i, (name, padding, stride, dilation) in enumerate(rows):
        y = 66.0 + 90 * i
        d.text(8, y - 34, name, "strong", "start")
        count = (7 + 2 * padding - 2 * dilation - 1) // stride + 1
        d.text(8, y - 12, f"T' = {count}", "small formula", "start")
        places = [154.0 + 42 * k for k in range(-padding, 7 + padding)]
        for k, x in enumerate(places):
            zero = k < padding or k >= 7 + padding
            d.box(
                x,
                y,
                32,
                24,
                "0" if zero else f"x_{k - padding + 1}",
                "off" if zero else "on",
                words="formula small",
            )
        for w in range(count):
            reads = [places[w * stride + k * dilation] for k in range(3)]
            middle = sum(reads) / 3
            d.circle(middle, y - 46, 8, "", "gate")
            if w in (0, count - 1):
                for x in reads:
                    d.line((x, y - 12), (middle, y - 38), style="line")
    return d


@figure("convolution/pooling/poolings.svg")
def poolings() -> Drawing:
    """Draw four poolings of one row of numbers."""
    d = Drawing(
        "Four poolings of one channel",
        "The channel is 1 4 2 0 3 1. Maximum over time: 4. Average over time: 1.83. Local "
        "maximum with size 2 and stride 2: 4 2 3. The two largest in their order: 4 3.",
        220,
    )
    values = ("1", "4", "2", "0", "3", "1")
    d.text(8, 32, "channel c", "", "start")
    d.matrix(160, 18, 1, 6, 30, [["on"] * 6], [list(values)])
    rows = (
        ("MaxOverTime", ("4",), (1,)),
        ("AverageOverTime", ("1.83",), ()),
        ("LocalMaxPool(2, 2)", ("4", "2", "3"), (1, 2, 4)),
        ("KMaxPool(2)", ("4", "3"), (1, 4)),
    )
    for i, (name, results, winners) in enumerate(rows):
        y = 76.0 + 38 * i
        d.text(8, y, name, "", "start")
        for k in range(6):
            d.box(175 + 30 * k, y, 22, 16, "", "gate" if k in winners else "off", round_=0)
        d.arrow((350, y), (376, y))
        for k, result in enumerate(results):
            width = 44.0 if len(result) > 1 else 28.0
            d.box(
                394 + 30 * k + (8 if width > 30 else 0), y, width, 26, result, "good", words="small"
            )
    return d


@figure("convolution/text_cnn/network.svg")
def kim() -> Drawing:
    """Draw the network of Kim (2014)."""
    d = Drawing(
        "The network of Kim (2014)",
        "A sentence of seven words as a table with a row per word, and two rows of zeros on each "
        "side. Filters of widths 2 and 3 slide over the rows, where each window has a word. They "
        "give one feature map each, of eight and nine numbers. The maximum of every map, after a "
        "ReLU, is one entry of z; dropout and a softmax layer follow.",
        322,
    )
    words = ("wait", "for", "the", "video", "and", "don't", "rent")
    for i in range(-2, len(words) + 2):
        is_word = 0 <= i < len(words)
        d.text(56, 96 + 26 * i, words[i] if is_word else "0", "small", "end")
        style = "gate" if i in (0, 1) else ("good" if i in (3, 4, 5) else "box")
        d.matrix(62, 84 + 26 * i, 1, 5, 24, style if is_word else "off")
    d.text(122, 16, "word vectors", "small quiet")
    for k, (width, style) in enumerate(((2, "gate"), (3, "good"))):
        for i in range(len(words) + width - 1):  # the window that ends at word i
            d.box(236 + 40 * k, (62, 134)[k] + 20 * i, 22, 18, "", style, round_=0)
    d.line((182, 96), (224, 82), style="line")
    d.line((182, 122), (224, 82), style="line")
    d.line((182, 174), (264, 234), style="line")
    d.line((182, 226), (264, 234), style="line")
    d.text(256, 16, "feature maps", "small quiet")
    d.arrow((248, 112), (344, 112))
    d.arrow((288, 194), (344, 142))
    d.text(300, 98, "max, ReLU", "small")
    d.text(352, 180, "max, ReLU", "small")
    d.box(358, 112, 24, 24, "", "gate", round_=0)
    d.box(358, 138, 24, 24, "", "good", round_=0)
    d.text(358, 86, "z", "formula")
    d.arrow((372, 125), (398, 125))
    d.text(428, 60, "dropout,", "small")
    d.text(428, 78, "softmax", "small")
    for i, name in enumerate(("good", "bad")):
        d.box(432, 110 + 32 * i, 60, 26, name, "box")
    return d


@figure("convolution/batch_norm/modes.svg")
def modes() -> Drawing:
    """Draw batch normalization in training and at test time."""
    d = Drawing(
        "Batch normalization in training and at test time",
        "In training, the mean and variance of the batch normalize it, and the running "
        "statistics move towards them. At test time, the running statistics are used and "
        "nothing changes.",
        250,
    )
    for left, title in ((12, "training"), (256, "test time")):
        d.text(left + 106, 18, title, "strong")
        d.text(left + 24, 232, "x", "formula")
        d.arrow((left + 24, 222), (left + 24, 69))
        d.box(left + 110, 52, 196, 32, "y = γ (x − μ)/√(σ² + ε) + β", "on", words="formula small")
    d.box(116, 190, 92, 32, "batch μ, σ²", "gate", words="small")
    d.arrow((36, 190), (70, 190))
    d.arrow((84, 174), (84, 69))
    d.box(182, 122, 100, 30, "running μ, σ²", "box", words="small")
    d.arrow((162, 190), (182, 190), (182, 138), style="second")
    d.text(174, 160, "momentum", "small quiet", "end")
    d.box(380, 122, 110, 30, "running μ, σ²", "gate", words="small")
    d.arrow((380, 107), (380, 69))
    d.line((244, 30), (244, 236), style="faint")
    return d


@figure("convolution/highway_char_cnn/characters.svg")
def characters() -> Drawing:
    """Draw how the characters of a word become its vector."""
    d = Drawing(
        "From the characters of a word to its vector",
        "The characters of kindness get vectors. Filters of widths 2 and 4 read windows of "
        "them; the one of width 4 finds ness. The maximum over time of each filter, and tanh, "
        "give y, and a highway layer gives the word vector.",
        250,
    )
    for i, letter in enumerate("kindness"):
        x = 36.0 + 38 * i
        style = "good" if i >= 4 else ("gate" if i in (1, 2) else "on")
        d.box(x, 220, 30, 28, letter, style)
    d.line((58, 200), (58, 196), (128, 196), (128, 200))
    d.arrow((93, 196), (93, 164))
    d.box(93, 150, 84, 28, "width 2", "gate", words="small")
    d.line((174, 200), (174, 196), (318, 196), (318, 200))
    d.arrow((246, 196), (246, 164))
    d.box(246, 150, 84, 28, "width 4", "good", words="small")
    d.arrow((93, 136), (93, 104), (150, 104))
    d.arrow((246, 136), (246, 104), (190, 104))
    d.text(84, 80, "max over time, tanh", "small")
    d.text(260, 80, "max over time, tanh", "small")
    d.box(170, 104, 36, 26, "y", "on", words="formula")
    d.arrow((170, 90), (170, 62))
    d.box(170, 46, 190, 30, "highway layer", "box")
    d.arrow((265, 46), (316, 46))
    d.text(322, 46, "vector of kindness", "strong", "start")
    return d


@figure("convolution/deep_text_cnn/network.svg")
def very_deep() -> Drawing:
    """Draw VD-CNN from characters to classes."""
    d = Drawing(
        "VD-CNN: from characters to classes",
        "From bottom to top: characters, embedding, a first convolution, four stages of "
        "blocks. Between stages the length is halved and the number of maps doubles: boxes "
        "get narrower and taller. Then k-max pooling and three linear layers. Beside it one "
        "block: two convolutions with batch normalization and ReLU, and a shortcut.",
        396,
    )
    stages = (
        ("characters", "s", 260, 22, "box"),
        ("embedding, convolution", "(s, M)", 260, 24, "box"),
        ("stage 1", "(s, M)", 260, 26, "on"),
        ("stage 2", "(s/2, 2M)", 180, 32, "on"),
        ("stage 3", "(s/4, 4M)", 120, 38, "on"),
        ("stage 4", "(s/8, 8M)", 84, 46, "on"),
        ("k-max", "(k, 8M)", 84, 24, "gate"),
        ("3 linear", "C", 84, 24, "good"),
    )
    y = 378.0
    for i, (name, shape, width, height, style) in enumerate(stages):
        d.box(142, y - height / 2, width, height, name, style, words="small")
        d.text(276, y - height / 2, shape, "formula small", "start")
        above = y - height
        if i < len(stages) - 1:
            d.arrow((142, above), (142, above - 14))
            if 2 <= i <= 4:
                d.text(150, above - 7, "/2", "small quiet", "start")
        y = above - 15
    x = 412.0
    d.text(x, 62, "one block", "strong")
    parts = (("conv 3", "on"), ("norm, ReLU", "box"), ("conv 3", "on"), ("norm", "box"))
    for i, (name, style) in enumerate(parts):
        middle = 308.0 - 48 * i
        d.box(x, middle, 84, 26, name, style, words="small")
        d.arrow((x, middle + (35 if i else 39)), (x, middle + 13))
    d.arrow((x, 151), (x, 138))
    d.circle(x, 126, 12, "+", "good", "strong")
    d.arrow((x, 114), (x, 98))
    d.text(x, 86, "ReLU", "small")
    d.arrow((x, 336), (x + 58, 336), (x + 58, 126), (x + 12, 126))
    d.text(x, 356, "x", "formula")
    return d


@figure("convolution/qrnn/three_layers.svg")
def three_layers() -> Drawing:
    """Draw what LSTM, CNN and QRNN compute in parallel."""
    d = Drawing(
        "What waits for what in an LSTM, a CNN and a QRNN",
        "Three columns, four time steps each. LSTM: the matrix product of each step waits for "
        "the state of the step before. CNN: all products and the pooling run in parallel, but "
        "windows are bounded. QRNN: the products run in parallel; only a cheap elementwise "
        "step is a chain.",
        262,
    )
    for i, name in enumerate(("LSTM", "CNN", "QRNN")):
        left = 26.0 + 160 * i
        d.text(left + 54, 18, name, "strong")
        for t in range(4):
            x = left + 36 * t
            d.text(x, 244, f"x_{t + 1}", "small formula")
            d.arrow((x, 232), (x, 200))
        if i:
            d.box(left + 54, 184, 136, 28, "W ∗ X, in parallel", "gate", words="small")
        for t in range(4):
            x = left + 36 * t
            if i == 0:
                d.box(x, 184, 28, 28, "W", "gate", words="small")
                d.arrow((x, 170), (x, 142))
            else:
                d.arrow((x, 170), (x, 142))
            if i == 1:
                continue
            d.box(x, 128, 28, 26, "∘", "on")
            d.arrow((x, 115), (x, 84))
            if t:
                if i == 0:
                    d.arrow(
                        (x - 22, 128), (x - 18, 128), (x - 18, 184), (x - 14, 184), style="first"
                    )
                else:
                    d.arrow((x - 22, 128), (x - 14, 128), style="first")
        if i == 1:
            d.box(left + 54, 128, 140, 26, "max, in parallel", "on", words="small")
            d.arrow((left + 54, 115), (left + 54, 84))
        for t in range(4):
            if i != 1:
                d.text(left + 36 * t, 72, f"h_{t + 1}", "small formula")
        if i == 1:
            d.text(left + 54, 72, "z", "formula")
        caption = ("waits 4 times for W", "waits never", "waits for ∘ only")[i]
        d.text(left + 54, 44, caption, "small quiet")
    return d


@figure("convolution/conv_seq2seq/translator.svg")
def translator() -> Drawing:
    """Draw the convolutional encoder and the recurrent decoder."""
    d = Drawing(
        "A convolutional encoder and a recurrent decoder",
        "Five source words. Convolutions of width 3 make three vectors, then one: c. It sets "
        "the first state of a recurrent decoder, and is added to the input of every step, drawn "
        "as dashed arrows. The decoder writes the translation word by word until END.",
        240,
    )
    levels = ((5, 200.0), (3, 140.0), (1, 80.0))
    for i, (count, y) in enumerate(levels):
        for k in range(count):
            x = 110.0 + 42 * (k - (count - 1) / 2)
            style = ("on", "box", "gate")[i]
            d.box(x, y, 30, 26, "c" if count == 1 else "", style, words="formula")
            if i:
                for j in (-42, 0, 42):
                    d.line((x + j, y + 47), (x, y + 13), style="faint" if j else "line")
    d.text(110, 228, "source words", "small quiet")
    d.text(4, 108, "width 3", "small quiet", "start")
    d.arrow((126, 80), (222, 80))
    d.text(190, 66, "h_0", "small formula")
    d.line((172, 80), (172, 114), (406, 114), style="second")
    for t in range(3):
        x = 246.0 + 84 * t
        d.arrow((x - 8, 114), (x - 8, 96), style="second")
        d.box(x, 80, 46, 30, f"h_{t + 1}", "on", words="formula")
        d.arrow((x, 65), (x, 42))
        d.text(x, 28, ("y_1", "y_2", "END")[t], "formula" if t < 2 else "small")
        d.arrow((x, 134), (x, 95))
        d.text(x, 146, ("END", "y_1", "y_2")[t], "formula" if t else "small")
        if t:
            d.arrow((x - 61, 80), (x - 23, 80))
    d.text(346, 182, "decoder: reads the word it wrote last", "small quiet")
    d.text(346, 204, "c sets h_0, and is added at every step", "small quiet")
    return d
