"""The figure of the site's first page: what happens to a piece that a student writes."""

from __future__ import annotations

from docs.figures.drawing import Drawing
from docs.figures.registry import figure


@figure("overview.svg", folder="docs")
def overview() -> Drawing:
    """Draw how a layer is written, graded and used, and what else the same checks grade."""
    d = Drawing(
        "A piece is written, graded and used",
        "A student writes lstm.py. The checks of the exercise grade it in a sandbox: values, "
        "gradients, lengths. A failed check names the likely mistake, and the student writes "
        "on. Then the same layer is used in a language model that is trained. The same checks "
        "grade the NumPy reference, PyTorch, JAX, and a plugin.",
        272,
    )
    steps = (
        ("1. You write", "box", ("class LSTM:", "def forward", "def backward")),
        ("2. Checks grade", "good", ("✓ values", "✓ gradients", "✗ lengths")),
        ("3. You use", "on", ("gradus train", "--cell lstm", "your language model")),
    )
    for x, (title, style, lines) in zip((80, 240, 400), steps, strict=True):
        d.text(x, 18, title, "strong")
        d.box(x, 76, 132, 88, style=style)
        for y, line in zip((52, 76, 100), lines, strict=True):
            d.text(x, y, line, "small")
    d.arrow((146, 76), (172, 76))
    d.arrow((306, 76), (332, 76))
    d.arrow((210, 120), (210, 146), (80, 146), (80, 122), style="second")
    d.text(145, 161, "the likely mistake, a hint", "small quiet")
    d.arrow((260, 218), (260, 122))
    d.text(274, 188, "the same checks grade", "small quiet", "start")
    for x, name in ((80, "NumPy"), (187, "PyTorch"), (293, "JAX"), (400, "a plugin")):
        d.box(x, 244, 94, 34, name)
    d.line((80, 227), (80, 218), (400, 218), (400, 227))
    d.line((187, 227), (187, 218))
    d.line((293, 227), (293, 218))
    return d
