"""A formula in LaTeX as plain text: ``\\tanh(h_{t-1} W_h)`` becomes ``tanh(h_{t−1} W_h)``.

pylatexenc reads LaTeX and knows its symbols. Spaces are those of the author; scripts keep their
braces, and fractions get parentheses, without which a line would say something else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pylatexenc.latex2text import LatexNodes2Text, get_default_latex_context_db
from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexNode,
    LatexSpecialsNode,
    LatexWalker,
    LatexWalkerError,
)
from pylatexenc.macrospec import (
    LatexContextDb,
    MacroSpec,
    MacroStandardArgsParser,
    SpecialsSpec,
)

#: Character -> its superscript; that of ⊤ is as in a transpose.
_SUPERSCRIPTS = str.maketrans(
    "0123456789+−=()abcdefghijklmnoprstuvwxyz⊤∗",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ*",
)
_SIZES = ("left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "displaystyle")
#: Macros that pylatexenc has no text for, or one that is harder to read. Until the text is
#: complete, bars around a value differ from that of a condition, and wide spaces from narrow ones.
_MACROS = {
    **dict.fromkeys(_SIZES, ""),
    **dict.fromkeys(("lvert", "rvert"), "∣"),
    **dict.fromkeys(("lVert", "rVert"), "‖"),
    "mid": "|",
    "sum": "Σ",
    "prod": "Π",
    "epsilon": "ε",
    "phi": "φ",
    "quad": "\u2003",
    "qquad": "\u2003\u2003",
}
#: Accent -> the character that combines with the letter before it.
_ACCENTS = {
    **dict.fromkeys(("tilde", "widetilde"), "\u0303"),
    **dict.fromkeys(("hat", "widehat"), "\u0302"),
    **dict.fromkeys(("bar", "overline"), "\u0304"),
    **dict.fromkeys(("vec", "overrightarrow"), "\u20d7"),
    "overleftarrow": "\u20d6",
    "dot": "\u0307",
}
_FONTS = ("mathrm", "mathbf", "mathit", "mathsf", "boldsymbol", "mathbb", "mathcal")
_WORDS = ("text", "operatorname")
#: Macro -> how pylatexenc writes its arguments.
_ARGUMENTS = {
    **dict.fromkeys((*_ACCENTS, *_FONTS, *_WORDS), "{"),
    "frac": "{{",
    "sqrt": "[{",
}
_SYMBOLS = get_default_latex_context_db()
_CONTEXT = LatexContextDb()
_CONTEXT.add_context_category(
    "formulas",
    macros=[MacroSpec(name, arguments) for name, arguments in _ARGUMENTS.items()],
    specials=[SpecialsSpec(sign, MacroStandardArgsParser("{")) for sign in "_^"],
)
_CONTEXT.set_unknown_macro_spec(MacroSpec(""))

#: Brackets, with what is in them, that have none inside.
_BRACKETS = re.compile(r"[_^]?\{[^{}]*\}|\([^()]*\)|\[[^\[\]]*\]|‖[^‖]*‖|∣[^∣]*∣")
#: What makes parentheses necessary around a numerator, and what around a denominator.
_NO_PRODUCT = r".[+−=/·]|[ΣΠ]|(?<![_a-z])[a-z]{2,} "
_NO_SYMBOL = r"[+−=/ ]|\d[^\W\d]"
#: Marks around a fraction, until what stands beside it is known.
_BEGIN, _END = "\x02", "\x03"
#: What is replaced in the text of a group, in this order, and by what.
_REPLACEMENTS = (
    # log of a fraction
    (f"(?:(?<=log )|(?<=exp )){_BEGIN}([^{_END}]*){_END}", r"(\1)"),
    # a fraction that would seem to go on, as in a / (b + c) d
    (f"{_BEGIN}([^{_END}]* / [^{_END}]*){_END}(?= ?[\\w(√‖∣])", r"(\1)"),
    (f"[{_BEGIN}{_END}]", ""),
    # spaces inside of bars and brackets
    (r"([‖∣]) ?([^‖∣]*?) ?\1", r"\1\2\1"),
    (r"(?<=[∂∇(\[{⌊⌈]) |(?<=∂²) | (?=[ )\]}⌋⌉,;])| ?$|^ ", ""),
)


class FormulaError(Exception):
    """A formula that cannot be read, or that has no plain text."""


def plain_formula(latex: str) -> str:
    """Return a formula in LaTeX as one line of plain Unicode.

    Raises:
        FormulaError: the formula cannot be read, or a macro of it is not known.
    """
    walker = LatexWalker(latex, latex_context=_CONTEXT, tolerant_parsing=False)
    try:
        nodes, _, _ = walker.get_latex_nodes(
            parsing_state=walker.make_parsing_state(in_math_mode=True)
        )
    except LatexWalkerError as error:
        raise FormulaError(re.split(r" @\(|\n", str(error))[0]) from None
    if text := _text(nodes):
        return re.sub(" ?\u2003 ?", "  ", text).replace("∣", "|")
    raise FormulaError("an empty formula")


def _text(nodes: Sequence[LatexNode]) -> str:
    """Return the text of `nodes`."""
    text, scripts = "", ""
    for node in nodes:
        if isinstance(node, LatexSpecialsNode):
            if node.specials_chars in scripts:
                raise FormulaError(f"a second {node.specials_chars} after {text}")
            scripts += node.specials_chars
            arguments = node.nodeargd.argnlist
            text = _with_script(text.rstrip(), node.specials_chars, _text(arguments))
            text += _space_after(arguments[0])
            continue
        scripts = ""
        match node:
            case LatexCharsNode():
                if sign := re.search("[&~#%]", node.chars):
                    raise FormulaError(f"{sign[0]} has no meaning")
                text += re.sub(r"\s+", " ", node.chars.replace("-", "−"))
            case LatexGroupNode():
                text += _text(node.nodelist)
            case LatexMacroNode() if node.macroname in _ARGUMENTS:
                if node.nodeargd is None:
                    raise FormulaError(f"\\{node.macroname} without braces around it")
                text += _with_arguments(node, node.nodeargd.argnlist)
            case LatexMacroNode():
                text += _without_arguments(node.macroname) + " " * bool(node.macro_post_space)
            case _:
                raise FormulaError(f"a terminal cannot show {node.latex_verbatim()}")
    for pattern, replacement in _REPLACEMENTS:
        text = re.sub(pattern, replacement, text)
    return text


def _space_after(node: LatexNode) -> str:
    """Return the space after a macro that is an argument without braces, as in ``W^\\top x``."""
    return " " * (isinstance(node, LatexMacroNode) and bool(node.macro_post_space))


def _without_arguments(name: str) -> str:
    """Return the text of a macro without arguments."""
    if name in _MACROS:
        return _MACROS[name]
    known = _SYMBOLS.get_macro_spec(name)
    text = known.simplify_repl if known else ""
    if not isinstance(text, str) or not text or "%" in text:
        raise FormulaError(f"unknown macro \\{name}")
    return text


def _with_arguments(node: LatexMacroNode, arguments: Sequence[LatexNode]) -> str:
    """Return the text of a macro with arguments."""
    name: str = node.macroname
    if name in ("mathbb", "mathcal"):
        return str(LatexNodes2Text(math_mode="text").node_to_text(node))
    if name in _WORDS:
        return str(arguments[0].latex_verbatim().strip("{}"))
    *others, last = (_text([argument]) if argument else "" for argument in arguments)
    if name == "frac":
        above, below = _wrapped(others[0], _NO_PRODUCT), _wrapped(last, _NO_SYMBOL)
        slash = " / " if " " in above + below else "/"
        return f"{_BEGIN}{above}{slash}{below}{_END}"
    if name == "sqrt":
        degree = _with_script("", "^", others[0]) if others[0] else ""
        return f"{degree}√{_wrapped(last, _NO_SYMBOL)}"
    if name in _ACCENTS:
        accented = unicodedata.normalize("NFC", last[:1] + _ACCENTS[name])
        return accented + last[1:] + _space_after(arguments[0])
    return last


def _with_script(base: str, sign: str, script: str) -> str:
    """Return `base` with a script; superscripts that are small and no limits are in Unicode."""
    script = re.sub(" ?([+−·×⊙=<>≤≥≠∈∉→]) ?", r"\1", script)
    small = script.translate(_SUPERSCRIPTS)
    is_word_or_limit = re.search("[a-z]{2}", script) or re.search(r"[ΣΠ](_\S*)?$", base)
    if sign == "^" and not is_word_or_limit and not set(small) & set(script):
        return base + small
    is_clear = len(script) == 1 or script.isalnum()
    return f"{base}{sign}{script}" if is_clear else f"{base}{sign}{{{script}}}"


def _wrapped(text: str, several: str) -> str:
    """Return `text`, in parentheses if `several` is found in it outside of brackets."""
    outside, before = text, ""
    while outside != before:
        outside, before = _BRACKETS.sub("•", outside), outside
    return f"({text})" if re.search(several, outside) else text
