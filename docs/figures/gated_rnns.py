"""Figures of the unit on gated recurrent networks."""

from __future__ import annotations

import math

from docs.figures.axes import Axes
from docs.figures.drawing import Drawing
from docs.figures.registry import figure


@figure("gated_rnns/lstm/cell.svg")
def lstm_cell() -> Drawing:
    """Draw one step of an LSTM."""
    d = Drawing(
        "One step of an LSTM",
        "The cell c runs along the top from left to right. It is multiplied by the forget "
        "gate f, then the product of the input gate i and the new content g is added. The new "
        "state h is the output gate o times tanh of the cell. All four come from x and the "
        "last h.",
        300,
    )
    top, row, low = 52.0, 178.0, 240.0
    gates = {"f": 110.0, "i": 185.0, "g": 260.0, "o": 350.0}
    d.text(8, top - 22, "c_{t−1}", "formula", "start")
    d.arrow((12, top), (98, top), style="first")
    d.operator(110, top, "×")
    d.arrow((122, top), (210, top), style="first")
    d.operator(222, top, "+")
    d.arrow((234, top), (468, top), style="first")
    d.text(472, top - 22, "c_t", "formula", "end")
    for name, x in gates.items():
        kind = "tanh" if name == "g" else "σ"
        d.box(x, row, 46, 28, kind, "on" if name == "g" else "gate")
        d.text(x - 8, row - 26, name, "formula strong", "end")
        d.arrow((x, low), (x, row + 14))
    d.arrow((110, row - 14), (110, top + 12))
    d.operator(222, 116, "×")
    d.line((185, row - 14), (185, 116))
    d.arrow((185, 116), (210, 116))
    d.line((260, row - 14), (260, 116))
    d.arrow((260, 116), (234, 116))
    d.arrow((222, 104), (222, top + 12))
    d.line((410, top), (410, 78))
    d.box(410, 92, 46, 28, "tanh", "on")
    d.arrow((410, 106), (410, 138))
    d.operator(410, 150, "×")
    d.line((350, row - 14), (350, 150))
    d.arrow((350, 150), (398, 150))
    d.arrow((410, 162), (410, low), (468, low))
    d.text(472, low - 20, "h_t", "formula", "end")
    d.line((12, low), (350, low))
    d.text(8, low - 20, "h_{t−1}", "formula", "start")
    d.arrow((60, 290), (60, low))
    d.text(72, 282, "x_t", "formula", "start")
    d.text(110, 268, "forget", "small quiet")
    d.text(185, 268, "write", "small quiet")
    d.text(260, 268, "content", "small quiet")
    d.text(350, 268, "read", "small quiet")
    return d


@figure("gated_rnns/gru/cell.svg")
def gru_cell() -> Drawing:
    """Draw one step of a GRU."""
    d = Drawing(
        "One step of a GRU",
        "The state h runs along the top. The reset gate r multiplies the last state before "
        "the new content h̃ is computed from it and x by tanh. The update gate u mixes: the new "
        "state is 1 − u times the last state plus u times the new content.",
        290,
    )
    top, row = 50.0, 190.0
    d.text(8, top - 24, "h_{t−1}", "formula", "start")
    d.arrow((10, top), (188, top), style="first")
    d.operator(200, top, "×")
    d.arrow((212, top), (318, top), style="first")
    d.operator(330, top, "+")
    d.arrow((342, top), (468, top), style="first")
    d.text(472, top - 24, "h_t", "formula", "end")
    for x, name, kind in ((90.0, "r", "gate"), (200.0, "u", "gate"), (330.0, "h̃", "on")):
        d.box(x, row, 50, 28, "tanh" if name == "h̃" else "σ", kind)
        d.text(x - 8, row - 24, name, "formula" if name == "h̃" else "formula strong", "end")
    d.line((34, top), (34, 236), (192, 236))
    for x in (82, 192):
        d.arrow((x, 236), (x, row + 14))
    d.arrow((10, 260), (350, 260), (350, row + 14))
    for x in (98, 208):
        d.arrow((x, 260), (x, row + 14))
    d.text(10, 278, "x_t", "formula", "start")
    d.arrow((90, row - 14), (90, 132))
    d.operator(90, 120, "×")
    d.arrow((90, top), (90, 108))
    d.line((102, 120), (146, 120), (146, 218), (316, 218))
    d.arrow((316, 218), (316, row + 14))
    d.arrow((200, row - 14), (200, top + 12))
    d.arrow((200, 120), (318, 120))
    d.text(262, 106, "u", "formula small")
    d.text(208, 86, "1 − u", "formula small", "start")
    d.arrow((330, row - 14), (330, 132))
    d.operator(330, 120, "×")
    d.arrow((330, 108), (330, top + 12))
    d.text(342, 160, "new content", "small quiet", "start")
    for x, y in ((34, top), (90, top), (82, 236), (98, 260), (208, 260), (200, 120)):
        d.circle(x, y, 2.5, style="head")
    return d


@figure("gated_rnns/vanishing_gradients/gradients.svg")
def vanishing() -> Drawing:
    """Draw how the gradient of the last step shrinks on the way back."""
    sizes = [0.5**k for k in (4, 3, 2, 1, 0)]
    d = Drawing(
        "The gradient on its way back through time",
        "A chain of five states h1 to h5. The loss is at the last one. On the way back, the "
        "gradient is multiplied at every step by the derivative of tanh and by the transpose of "
        f"W_h. Bars show its size: {', '.join(map(_two_digits, sizes[::-1]))}. With factors above "
        "1 it grows instead.",
        210,
    )
    places = [60.0 + 86 * i for i in range(5)]
    for i, (x, size) in enumerate(zip(places, sizes, strict=True)):
        d.circle(x, 128, 18, f"h_{i + 1}", "on", "formula")
        d.box(x, 92 - 70 * size / 2, 24, 70 * size, style="gate", round_=0)
        d.text(x, 92 - 70 * size - 11, _two_digits(size), "small")
        if i:
            d.arrow((places[i - 1] + 18, 122), (x - 18, 122))
            d.arrow((x - 18, 135), (places[i - 1] + 18, 135), style="second")
            d.text((x + places[i - 1]) / 2, 156, "· f' W_h^{T}", "small")
    d.arrow((places[-1] + 18, 128), (458, 128))
    d.text(464, 128, "J", "formula", "start")
    d.text(
        240, 186, "size of the gradient of J at each step, for a factor of 1/2 per step", "small"
    )
    return d


def _two_digits(size: float) -> str:
    return f"{size:.2g}"


@figure("gated_rnns/gradient_clipping/cliff.svg")
def cliff() -> Drawing:
    """Draw a step at a cliff, with clipping and without."""
    d = Drawing(
        "A step at a cliff, with clipping and without",
        "The loss falls gently and then stands before a steep wall. A point at the foot of "
        "the wall has a huge gradient. Without clipping, the step leads far away, to the other "
        "end of the picture. With clipping it has the same direction and a bounded length, and "
        "stays in the valley.",
        220,
    )
    axes = Axes(d, 30, 184, 420, 150, (0, 10), (0, 3))
    axes.frame(x_label="parameter", y_label="loss")
    wall = [(x / 50, _cliff(x / 50)) for x in range(501)]
    axes.points(wall, "line")
    here = axes.at(7.05, _cliff(7.05))
    d.arrow(here, (here[0] - 52, here[1]), style="first")
    d.arrow((here[0], here[1] - 8), (40, here[1] - 8), style="second")
    d.circle(*here, 5, style="solid")
    d.text(here[0] - 30, here[1] + 16, "clipped", "small")
    d.text(120, here[1] - 22, "not clipped", "small")
    return d


def _cliff(x: float) -> float:
    """Return a loss that falls gently and rises steeply beyond x = 7."""
    return 0.9 - 0.09 * x + 1.9 / (1 + math.exp(-18 * (x - 7)))


@figure("gated_rnns/bidirectional/directions.svg")
def directions() -> Drawing:
    """Draw two recurrent layers, one in each direction."""
    d = Drawing(
        "A bidirectional layer",
        "Three words. A forward layer reads them from left to right, a backward layer from "
        "right to left. The output at each word joins the states of both, so it depends on "
        "all words.",
        250,
    )
    for i, word in enumerate(("the", "movie", "was")):
        x = 104.0 + 128 * i
        d.box(x, 220, 70, 28, word)
        d.box(x - 22, 150, 40, 28, f"→h_{i + 1}", "on", words="formula")
        d.box(x + 22, 96, 40, 28, f"←h_{i + 1}", "gate", words="formula")
        d.arrow((x - 22, 206), (x - 22, 164))
        d.line((x + 22, 206), (x + 22, 110))
        d.arrow((x + 22, 130), (x + 22, 110))
        d.box(x, 36, 96, 28, f"[→h_{i + 1}, ←h_{i + 1}]", "good", words="formula")
        d.arrow((x - 22, 136), (x - 22, 50))
        d.arrow((x + 22, 82), (x + 22, 50))
        if i:
            d.arrow((x - 128 - 2, 150), (x - 42, 150), style="first")
            d.arrow((x + 2, 96), (x - 128 + 42, 96), style="second")
    d.text(8, 150, "forward", "small quiet", "start")
    d.text(412, 96, "backward", "small quiet", "start")
    return d


@figure("gated_rnns/stacked/layers.svg")
def layers() -> Drawing:
    """Draw three recurrent layers on top of each other."""
    d = Drawing(
        "Stacked recurrent layers",
        "Three layers and four steps. The states of a layer are the inputs of the layer "
        "above. Arrows to the right carry each layer's own state from step to step.",
        250,
    )
    for t in range(4):
        x = 120.0 + 100 * t
        d.text(x, 236, f"x_{t + 1}", "formula")
        d.arrow((x, 222), (x, 204))
        for layer in range(3):
            y = 188.0 - 62 * layer
            text = f"h_{{{t + 1}}}^{{({layer + 1})}}"
            d.box(x, y, 60, 32, text, ("on", "good", "gate")[layer], words="formula")
            if t:
                d.arrow((x - 70, y), (x - 30, y))
            if layer:
                d.arrow((x, y + 46), (x, y + 16))
    for layer in range(3):
        d.text(8, 188 - 62 * layer, f"layer {layer + 1}", "small quiet", "start")
    return d


@figure("gated_rnns/shortcuts/connections.svg")
def shortcuts() -> Drawing:
    """Draw residual, dense and highway connections side by side."""
    d = Drawing(
        "Residual, dense and highway connections",
        "Three diagrams, from bottom to top. Residual: x passes by the layer and is added to "
        "f(x). Dense: x passes by and stands beside f(x), x first. Highway: a gate t mixes the new "
        "content h with x, as t times h plus 1 − t times x.",
        262,
    )
    for i, (name, joint, formula) in enumerate(
        (
            ("residual", "+", "x + f(x)"),
            ("dense", "[ , ]", "[x, f(x)]"),
            ("highway", "mix", "t ∘ h + (1 − t) ∘ x"),
        )
    ):
        x = 84.0 + 156 * i
        d.text(x, 18, name, "strong")
        d.text(x, 40, formula, "formula small")
        d.text(x, 250, "x", "formula")
        d.arrow((x, 240), (x, 176))
        d.box(x, 160, 60, 30, "h" if name == "highway" else "f", "on", words="formula")
        d.arrow((x, 145), (x, 102))
        d.line((x, 214), (x + 52, 214), (x + 52, 86))
        d.arrow((x + 52, 86), (x + 18, 86))
        d.circle(x, 86, 17, joint, "good", "strong")
        d.arrow((x, 69), (x, 54))
        if name == "highway":
            d.box(x - 50, 160, 32, 30, "t", "gate", words="formula")
            d.line((x, 214), (x - 50, 214))
            d.arrow((x - 50, 214), (x - 50, 176))
            d.line((x - 50, 145), (x - 50, 86))
            d.arrow((x - 50, 86), (x - 18, 86))
    return d
