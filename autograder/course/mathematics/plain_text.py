"""A formula in LaTeX as plain text: ``\\tanh(h_{t-1} W_h)`` becomes ``tanh(h_{t−1} W_h)``.

pylatexenc reads LaTeX and knows its symbols; `autograder.course.mathematics.atoms` writes the line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle

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

from autograder.course.mathematics.atoms import (
    SPACE,
    Atom,
    Kind,
    fraction,
    is_single,
    line,
    symbol,
    with_script,
    wrapped,
)

#: Macros without arguments that pylatexenc has no text for, or one that is harder to read.
_MACROS = {
    "sum": Atom("Σ", "function"),
    "prod": Atom("Π", "function"),
    "epsilon": Atom("ε"),
    "phi": Atom("φ"),
    "argmax": Atom("argmax", "function"),
    "argmin": Atom("argmin", "function"),
    "mid": Atom("|", "relation"),
    "lvert": Atom("|", "open"),
    "rvert": Atom("|", "close"),
    "lVert": Atom("‖", "open"),
    "rVert": Atom("‖", "close"),
    "enspace": SPACE,
    "quad": Atom("  ", "space"),
    "qquad": Atom("    ", "space"),
}
#: Macros that change the sizes of brackets, or of the whole formula.
_SIZES = ("left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "displaystyle")
#: Accent -> the character that combines with the letter before it.
_ACCENTS = {
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0304",
    "vec": "\u20d7",
    "dot": "\u0307",
    "overrightarrow": "\u20d7",
    "overleftarrow": "\u20d6",
}
_FONTS = ("mathrm", "mathbf", "mathit", "mathsf", "boldsymbol")
_ALPHABETS = ("mathbb", "mathcal")
_WORDS = ("text", "operatorname")
#: Macro -> how pylatexenc writes its arguments.
_ARGUMENTS = {
    **dict.fromkeys((*_ACCENTS, *_FONTS, *_ALPHABETS, *_WORDS), "{"),
    "frac": "{{",
    "sqrt": "[{",
}
_CHARACTERS = re.compile(r"\d+(?:\.\d+)?|\s+|.")
_SYMBOLS = get_default_latex_context_db()

_CONTEXT = LatexContextDb()
_CONTEXT.add_context_category(
    "formulas",
    macros=[MacroSpec(name, arguments) for name, arguments in _ARGUMENTS.items()],
    specials=[SpecialsSpec(sign, MacroStandardArgsParser("{")) for sign in "_^"],
)
_CONTEXT.set_unknown_macro_spec(MacroSpec(""))


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
    if text := line(_atoms(nodes)):
        return text
    raise FormulaError("an empty formula")


def _atoms(nodes: Sequence[LatexNode]) -> list[Atom]:
    """Return the atoms of `nodes`, each with its scripts."""
    atoms: list[Atom] = []
    for node in nodes:
        if isinstance(node, LatexSpecialsNode):
            while atoms and atoms[-1] == SPACE:
                atoms.pop()
            base = atoms.pop() if atoms else Atom("")
            if node.specials_chars in base.scripts:
                raise FormulaError(f"a second {node.specials_chars} after {base.text}")
            script = _atoms_of(node.nodeargd.argnlist[0])
            atoms.append(with_script(base, node.specials_chars, script))
        else:
            atoms += _atoms_of(node)
    bars: Iterator[Kind] = cycle(("open", "close"))
    return [
        replace(atom, kind=next(bars)) if atom.kind == "symbol" and atom.text[:1] == "‖" else atom
        for atom in atoms
    ]


def _atoms_of(node: LatexNode) -> list[Atom]:
    """Return the atoms of one node that is no script."""
    match node:
        case LatexCharsNode():
            return [_character(character) for character in _CHARACTERS.findall(node.chars)]
        case LatexGroupNode():
            return _atoms(node.nodelist)
        case LatexMacroNode() if node.macroname in _ARGUMENTS:
            if node.nodeargd is None:
                raise FormulaError(f"\\{node.macroname} without braces around it")
            return _with_arguments(node, node.nodeargd.argnlist)
        case LatexMacroNode():
            return [*_without_arguments(node.macroname), *[SPACE] * bool(node.macro_post_space)]
    raise FormulaError(f"a terminal cannot show {node.latex_verbatim()}")


def _character(text: str) -> Atom:
    """Return the atom of a character, or of a number."""
    if text.isspace():
        return SPACE
    if text in "&~#%":
        raise FormulaError(f"{text} has no meaning")
    return symbol("−" if text == "-" else text)


def _without_arguments(name: str) -> list[Atom]:
    """Return the atom of a macro without arguments; none for sizes."""
    if name in _SIZES:
        return []
    known = _SYMBOLS.get_macro_spec(name)
    text = known.simplify_repl if known else ""
    if name in _MACROS:
        return [_MACROS[name]]
    if not isinstance(text, str) or not text or "%" in text:
        raise FormulaError(f"unknown macro \\{name}")
    return [Atom(name, "function") if text == name else symbol(text)]


def _with_arguments(node: LatexMacroNode, arguments: Sequence[LatexNode]) -> list[Atom]:
    """Return the atoms of a macro with arguments."""
    name: str = node.macroname
    if name == "frac":
        return [fraction(*map(_atoms_of, arguments))]
    if name in _ALPHABETS:
        return [Atom(LatexNodes2Text(math_mode="text").node_to_text(node))]
    if name in _WORDS:
        words: str = arguments[0].latex_verbatim().strip("{}")
        word = Atom(words.strip(), "function" if name == "operatorname" else "symbol")
        return [*[SPACE] * words.startswith(" "), word, *[SPACE] * words.endswith(" ")]
    if name == "sqrt":
        degree = with_script(Atom(""), "^", _atoms_of(arguments[0])).text if arguments[0] else ""
        return [Atom(f"{degree}√{wrapped(_atoms_of(arguments[1]), is_single)}")]
    text = line(_atoms_of(arguments[0]), is_script=name in _ACCENTS)
    if name in _FONTS:
        return [Atom(text)]
    return [Atom(unicodedata.normalize("NFC", text[:1] + _ACCENTS[name]) + text[1:])]
