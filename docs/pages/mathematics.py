"""Formulas of the site: LaTeX becomes MathML when the site is built. Browsers draw it alone."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from docutils.nodes import SkipNode
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util.logging import getLogger

from autograder.course.mathematics.plain_text import FormulaError, plain_formula

if TYPE_CHECKING:
    from docutils.nodes import Element
    from sphinx.writers.html5 import HTML5Translator

_log = getLogger(__name__)
_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ET.register_namespace("", _NAMESPACE)
#: Brackets that end something: a minus after another operator is a sign.
_CLOSING = frozenset(")]}‖|⌋⌉")


def setup(app: Sphinx) -> None:
    """Draw formulas as MathML."""
    app.add_html_math_renderer("mathml", (_in_a_sentence, None), (_as_a_paragraph, None))


def _in_a_sentence(translator: HTML5Translator, node: Element) -> None:
    translator.body.append(_html(node, "inline"))
    raise SkipNode


def _as_a_paragraph(translator: HTML5Translator, node: Element) -> None:
    # The box can be scrolled by keys too.
    translator.body.append(f'<div class="formula" tabindex="0">{_html(node, "block")}</div>\n')
    raise SkipNode


def _html(node: Element, display: str) -> str:
    """Return a formula as HTML: MathML, or its LaTeX and a warning if it is wrong."""
    latex = node.astext().strip()
    try:
        plain_formula(latex)
    except FormulaError as error:
        _log.warning("%s in $%s$", error, latex, location=node)
        return f"<code>{escape(latex)}</code>"
    return mathml(latex, display)


def mathml(latex: str, display: str) -> str:
    """Return a formula as MathML, with its LaTeX for readers that cannot draw it.

    Args:
        display: ``inline`` in a sentence, ``block`` as a paragraph.
    """
    formula = ET.fromstring(convert(latex, display=display))
    formula.set("alttext", latex)
    for element in list(formula.iter()):
        if element.tag == _tag("mo") and _text(element).isalpha() and len(_text(element)) > 1:
            element.tag = _tag("mi")  # a function is no operator with spaces on both sides
        if element.tag == _tag("mo") and _text(element) in ("|", "‖"):
            element.attrib.update(lspace="0", rspace="0")  # bars stand close, as in |x|
        if element.tag in (_tag("mrow"), _tag("math")):
            _space(element)
    return ET.tostring(formula, encoding="unicode")


def _space(row: ET.Element) -> None:
    """Put a space after functions without brackets, as in log P, and none after a sign."""
    for before, element in reversed(list(pairwise(row))):
        is_operator = before.tag == _tag("mo") and _text(before) not in _CLOSING
        if is_operator and _text(element) == "−":
            element.set("form", "prefix")
        if _is_function(before) and element.tag not in (_tag("mo"), _tag("mspace")):
            row.insert(list(row).index(element), ET.Element(_tag("mspace"), width="0.17em"))


def _is_function(element: ET.Element) -> bool:
    """Return whether an element is the name of a function, with a script or without."""
    name = element[0] if element.tag == _tag("msub") else element
    return name.tag in (_tag("mi"), _tag("mo")) and len(_text(name)) > 1 and _text(name).isalpha()


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _text(element: ET.Element) -> str:
    return element.text or ""
