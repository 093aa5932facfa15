"""Formulas of the site: LaTeX becomes MathML when the site is built. Browsers draw it alone."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from docutils.nodes import SkipNode
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util.logging import getLogger

from autograder.course.mathematics.plain_text import FormulaError, plain_formula

if TYPE_CHECKING:
    from docutils.nodes import Element
    from sphinx.writers.html5 import HTML5Translator

_log = getLogger(__name__)
#: A minus after an operator or an opening bracket is a sign: no space follows it.
_SIGN = re.compile(r"(<mo[^>]*>(?!&#x00029;|&#x0007D;|&#x02016;|\]|\))[^<]*</mo><mo)(?=>&#x02212;)")


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
    drawn = _SIGN.sub(r'\1 form="prefix"', convert(latex, display=display))
    return drawn.replace("<math ", f'<math alttext="{escape(latex)}" ', 1)
