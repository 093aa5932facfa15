"""Figures of the unit on neural networks."""

from __future__ import annotations

import math
from collections.abc import Callable

from docs.figures.axes import Axes
from docs.figures.drawing import Drawing
from docs.figures.registry import figure


@figure("neural_networks/backpropagation/network.svg")
def network() -> Drawing:
    """Draw the 4-2-1 network of the notes, with the error's way back."""
    d = Drawing(
        "A 4-2-1 network and the way of the error back",
        "Four inputs, two hidden units with activation, one score. Solid arrows go forward. "
        "Dashed arrows go back from the score to hidden unit 1 and on to the inputs: the error "
        "1 is multiplied by the weight U and by the derivative of the activation. Each weight "
        "W of that unit uses the result.",
        280,
    )
    inputs = [(70.0, 56.0 + 56 * i) for i in range(4)]
    hidden = [(220.0, 98.0), (220.0, 184.0)]
    out = (370.0, 141.0)
    for a in inputs:
        for b in hidden:
            d.line(
                (a[0] + 18, a[1]), (b[0] - 20, b[1]), style="line" if b is hidden[0] else "faint"
            )
    for b in hidden:
        d.arrow((b[0] + 20, b[1]), (out[0] - 20, out[1]), style="line")
    for i, a in enumerate(inputs):
        d.circle(*a, 18, f"x_{i + 1}", words="formula")
    for i, b in enumerate(hidden):
        d.circle(*b, 20, f"a_{i + 1}", "on", "formula")
    d.circle(*out, 20, "s", "gate", "formula")
    d.text(144, 22, "W", "formula")
    d.text(296, 182, "U", "formula")
    d.arrow((446, out[1] + 26), (out[0] + 10, out[1] + 26), style="second")
    d.text(428, out[1] + 42, "δ^{(3)} = 1", "small")
    d.arrow((out[0] - 24, out[1] - 26), (hidden[0][0] + 26, hidden[0][1] - 18), style="second")
    d.text(316, 84, "· U_1", "small", "start")
    d.arrow(
        (hidden[0][0] - 24, hidden[0][1] - 18),
        (inputs[0][0] + 26, inputs[0][1] - 12),
        style="second",
    )
    d.text(150, 46, "· f'(z_1)", "small", "start")
    d.text(70, 262, "inputs", "small quiet")
    d.text(220, 262, "hidden layer", "small quiet")
    d.text(370, 262, "score", "small quiet")
    return d


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


ACTIVATIONS: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
    "tanh": (math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    "hard tanh": (lambda z: max(-1.0, min(1.0, z)), lambda z: float(abs(z) <= 1)),
    "softsign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2),
    "ReLU": (lambda z: max(0.0, z), lambda z: float(z > 0)),
    "leaky ReLU, 0.1": (lambda z: max(z, 0.1 * z), lambda z: 1.0 if z > 0 else 0.1),
}


@figure("neural_networks/activations/curves.svg")
def activations() -> Drawing:
    """Draw six activations, each with its derivative."""
    d = Drawing(
        "Six activations and their derivatives",
        "Sigmoid rises from 0 to 1, its derivative is at most 1/4. tanh and hard tanh rise "
        "from −1 to 1 with slope 1 at 0. Softsign also rises from −1 to 1, but approaches "
        "them slowly. ReLU is 0 for negative inputs and z for positive ones; its leaky form "
        "keeps a tenth of negative inputs. Dashed lines are the derivatives.",
        316,
    )
    for i, (name, (value, slope)) in enumerate(ACTIVATIONS.items()):
        left, bottom = 30 + 154 * (i % 3), 128 + 140 * (i // 3)
        axes = Axes(d, left, bottom, 126, 96, (-4, 4), (-1.2, 1.6))
        axes.frame(name)
        d.line(axes.at(-4, 0), axes.at(4, 0), style="faint")
        axes.ticks(xs=(-4, 0, 4), ys=(-1, 0, 1))
        axes.plot(slope, "second", steps=400)
        axes.plot(value, "first", steps=200)
    d.line((130, 300), (160, 300), style="first")
    d.text(166, 300, "f(z)", "formula", "start")
    d.line((250, 300), (280, 300), style="second")
    d.text(286, 300, "f'(z)", "formula", "start")
    return d


#: Where the lines of a hidden layer of three units face, and how steep the units are.
_SIDES, _STEEP = (90, 210, 330), 6.0


def hidden_layer_score(x: float, y: float) -> float:
    """Return the score of a network with three sigmoid units; it is above 0 in a closed region."""
    sides = (math.radians(angle) for angle in _SIDES)
    distances = (1 - x * math.cos(side) - y * math.sin(side) for side in sides)
    return sum(_sigmoid(_STEEP * distance) for distance in distances) - 2.4


def class_points() -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return the points of two classes: one in the middle, and one all around it."""

    def ring(count: int, radius: float, wave: float) -> list[tuple[float, float]]:
        angles = [2 * math.pi * k / count for k in range(count)]
        radii = [radius + wave * math.sin(5 * angle) for angle in angles]
        return [(r * math.cos(a), r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]

    return ring(4, 0.25, 0.0) + ring(7, 0.6, 0.1), ring(13, 2.2, 0.1) + ring(17, 2.7, 0.15)


@figure("neural_networks/neuron/boundary.svg")
def boundary() -> Drawing:
    """Draw two classes with the line of one neuron, and with the boundary of a hidden layer."""
    d = Drawing(
        "What one neuron separates, and what a hidden layer separates",
        "The same points twice: one class in the middle, the other all around it. Left, one "
        "neuron: its boundary is a straight line, and some points of both classes are on the "
        "wrong side. Right, a network with three hidden units: its boundary is a closed curve "
        "around the class in the middle.",
        262,
    )
    inside, outside = class_points()
    for left, title in ((30.0, "one neuron"), (260.0, "three hidden units")):
        axes = Axes(d, left, 226, 190, 190, (-3.2, 3.2), (-3.2, 3.2))
        axes.frame(title, "x_1", "x_2")
        for points, style in ((inside, "on"), (outside, "gate")):
            for point in points:
                d.circle(*axes.at(*point), 4, style=style)
        if title == "one neuron":
            d.line(axes.at(-1.6, -3.2), axes.at(0.6, 3.2), style="first")
        else:
            axes.points([_zero(math.radians(3 * k)) for k in range(121)], "first")
    return d


def _zero(angle: float) -> tuple[float, float]:
    """Return the point of the boundary in a direction, by bisection."""
    low, high = 0.0, 4.0
    for _ in range(40):
        middle = (low + high) / 2
        is_inside = hidden_layer_score(middle * math.cos(angle), middle * math.sin(angle)) > 0
        low, high = (middle, high) if is_inside else (low, middle)
    return low * math.cos(angle), low * math.sin(angle)


@figure("neural_networks/autograd/tape.svg")
def tape() -> Drawing:
    """Draw the tape of (x w + b) x, with its values and its gradients."""
    x, w, b = 3, 2, -1
    product, total = x * w, x * w + b
    rows = (
        ("x", "input", x, product + b + x * w),
        ("w", "input", w, x * x),
        ("b", "input", b, x),
        ("p", "p = x · w", product, x),
        ("q", "q = p + b", total, x),
        ("J", "J = q · x", total * x, 1),
    )
    d = Drawing(
        "A tape of six values, forward and backward",
        "A table with a row for each value of the tape: the inputs x, w and b, then p = x w, "
        "q = p + b and J = q x. The values are computed from top to bottom. The gradients are "
        "computed from bottom to top, from 1 at J. The gradient of x is a sum of two terms, "
        "because x is used twice.",
        264,
    )
    for column, title in ((130.0, "operation"), (250.0, "value"), (350.0, "gradient of J")):
        d.text(column, 22, title, "strong")
    for i, (name, operation, value, gradient) in enumerate(rows):
        y = 54.0 + 36 * i
        style = "on" if operation == "input" else "box"
        d.box(130, y, 130, 28, name if operation == "input" else operation, style, words="formula")
        d.box(250, y, 60, 28, f"{value}".replace("-", "−"), style)
        d.box(350, y, 60, 28, f"{gradient}", "gate")
    d.arrow((42, 40), (42, 250), style="first")
    d.text(8, 22, "forward", "small", "start")
    d.arrow((430, 250), (430, 40), style="second")
    d.text(472, 22, "back", "small", "end")
    return d


@figure("neural_networks/learning_rates/rates.svg")
def rates() -> Drawing:
    """Draw steps of gradient descent on a parabola, with three learning rates."""
    d = Drawing(
        "Steps down a parabola with three learning rates",
        "Three copies of the parabola 10 w squared with the points of gradient descent on it. "
        "With the rate 0.11 each step jumps over the minimum and lands higher. With 0.09 it "
        "jumps as well, but lands lower each time. With 0.0005 the points hardly move.",
        236,
    )
    for i, (rate, start) in enumerate(STARTS.items()):
        axes = Axes(d, 14 + 156.0 * i, 196, 138, 150, (-1.1, 1.1), (-0.4, 12.0))
        axes.frame(f"α = {rate:g}", "w", "J" if not i else "")
        axes.plot(lambda w: 10 * w * w, "line")
        points = [(w, 10 * w * w) for w in steps_on_parabola(rate, start)]
        axes.points(points, "second" if i == 0 else "first")
        for point in points:
            d.circle(*axes.at(*point), 3.5, style="solid")
    return d


#: Learning rates of the figure, and where each path starts.
STARTS = {0.11: 0.45, 0.09: 1.0, 0.0005: 1.0}


def steps_on_parabola(rate: float, start: float) -> list[float]:
    """Return the first five places of gradient descent on J(w) = 10 w², whose gradient is 20 w."""
    places = [start]
    for _ in range(4):
        places.append(places[-1] - rate * 20 * places[-1])
    return places


_MASK = ((1, 0, 1, 1), (0, 1, 1, 0), (1, 1, 0, 1), (1, 0, 0, 1), (0, 1, 1, 1))


@figure("neural_networks/dropout/masks.svg")
def masks() -> Drawing:
    """Draw masks that are drawn at every step, and one that is kept for a sequence."""
    d = Drawing(
        "Dropout masks over the steps of a sequence",
        "Two tables with a row for each unit and a column for each time step. Left, ordinary "
        "dropout: every cell is drawn on its own. Right, variational dropout: one column is "
        "drawn and repeated at every step, so that a unit is kept or dropped for the whole "
        "sequence.",
        212,
    )
    for left, title, mask in (
        (56, "a mask per step", _MASK),
        (296, "one mask per sequence", tuple(_MASK[2] for _ in _MASK)),
    ):
        d.text(left + 75, 18, title, "strong")
        styles = [["on" if mask[t][u] else "off" for t in range(5)] for u in range(4)]
        texts = [[str(mask[t][u]) for t in range(5)] for u in range(4)]
        d.matrix(left, 36, 4, 5, 30, styles, texts)
        d.text(left + 75, 170, "time steps", "small quiet")
    d.text(26, 96, "units", "small quiet")
    d.text(240, 198, "in training: 1 for a kept unit, 0 for a dropped one", "small")
    return d


@figure("neural_networks/optimizers/valley.svg")
def valley() -> Drawing:
    """Draw the paths of four optimizers in one narrow valley."""
    d = Drawing(
        "Four optimizers in one valley",
        "Level lines of the loss (x² + 20 y²)/2 from the same start. Gradient descent jumps "
        "from side to side of the valley and advances slowly along it. Momentum overshoots "
        "and turns back. AdaGrad and Adam scale each direction: AdaGrad goes almost straight, "
        "Adam in a curve.",
        296,
    )
    axes = Axes(d, 24, 232, 432, 200, (-6.0, 6.0), (-1.7, 1.7))
    for level in (0.4, 1.6, 4.5, 9.5, 16.5):
        ring = []
        for k in range(97):
            angle = 2 * math.pi * k / 96
            ring.append(
                (math.sqrt(2 * level) * math.cos(angle), math.sqrt(level / 10) * math.sin(angle))
            )
        axes.points(ring, "faint")
    styles = ("line", "first", "second", "third")
    names = ("SGD", "momentum", "AdaGrad", "Adam")
    for i, (name, style, path) in enumerate(zip(names, styles, paths(), strict=True)):
        axes.points(path, style)
        x = (20, 108, 238, 358)[i]
        d.line((x, 262), (x + 28, 262), style=style)
        d.text(x + 34, 262, name, "small", "start")
    d.circle(*axes.at(0, 0), 4, style="solid")
    d.text(axes.at(0, 0)[0] + 8, axes.at(0, 0)[1] + 14, "minimum", "small", "start")
    d.text(*axes.at(-4.9, 1.55), "start", "small")
    return d


def paths() -> list[list[tuple[float, float]]]:
    """Return the points that SGD, momentum, AdaGrad and Adam visit, 25 steps each."""
    paths: list[list[tuple[float, float]]] = []
    for rule in (_sgd, _momentum, _adagrad, _adam):
        point, memory, path = (-4.8, 1.2), [(0.0, 0.0), (0.0, 0.0)], [(-4.8, 1.2)]
        for t in range(1, 26):
            gradient = point[0], 20 * point[1]
            steps = []
            for k in range(2):
                step, memory[k] = rule(gradient[k], memory[k], t)
                steps.append(step)
            point = point[0] + steps[0], point[1] + steps[1]
            path.append(point)
        paths.append(path)
    return paths


Memory = tuple[float, float]


def _sgd(g: float, memory: Memory, t: int) -> tuple[float, Memory]:
    return -0.09 * g, memory


def _momentum(g: float, memory: Memory, t: int) -> tuple[float, Memory]:
    v = 0.8 * memory[0] - 0.03 * g
    return v, (v, 0.0)


def _adagrad(g: float, memory: Memory, t: int) -> tuple[float, Memory]:
    total = memory[0] + g * g
    return -0.9 * g / (math.sqrt(total) + 1e-8), (total, 0.0)


def _adam(g: float, memory: Memory, t: int) -> tuple[float, Memory]:
    m, v = 0.8 * memory[0] + 0.2 * g, 0.95 * memory[1] + 0.05 * g * g
    step = -0.4 * (m / (1 - 0.8**t)) / (math.sqrt(v / (1 - 0.95**t)) + 1e-8)
    return step, (m, v)
