"""A formula in LaTeX as plain text: ``\\tanh(h_{t-1} W_h)`` becomes ``tanh(h_{t−1} W_h)``.

pylatexenc reads LaTeX and knows its symbols. The atoms of a formula are written in one line: a
reader needs spaces around operators, parentheses in fractions, and superscripts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, pairwise
from typing import Literal

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

Kind = Literal[
    "symbol", "prefix", "function", "binary", "relation", "open", "close", "comma", "space"
]

#: Character -> its kind; all others are symbols.
_KINDS: dict[str, Kind] = {
    **dict.fromkeys("=<>≤≥≠≈≡∼≃∝∈∉⊂⊆→←⇒⇔↦≪≫", "relation"),
    **dict.fromkeys("+−*±·×÷⊙⊕⊗∘∗∪∩∧∨∖", "binary"),
    **dict.fromkeys("([{⌊⌈⟨", "open"),
    **dict.fromkeys(")]}⌋⌉⟩", "close"),
    **dict.fromkeys(",;:", "comma"),
    **dict.fromkeys("∂∇Δ", "prefix"),
}
#: Character -> its superscript; that of ⊤ is as in a transpose.
_SUPERSCRIPTS = dict(
    zip(
        "0123456789+−=()abcdefghijklmnoprstuvwxyz⊤∗*",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ**",
        strict=True,
    )
)
_WORD = re.compile("[a-z]{2}")


@dataclass(frozen=True)
class Atom:
    """A piece of a formula: its text, what it is, and which of _ and ^ it has."""

    text: str
    kind: Kind = "symbol"
    scripts: str = ""
    is_fraction: bool = False


SPACE = Atom(" ", "space")

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


def symbol(text: str) -> Atom:
    """Return the atom of a symbol, with its kind."""
    return Atom(text, _KINDS.get(text, "symbol"))


def fraction(numerator: Sequence[Atom], denominator: Sequence[Atom]) -> Atom:
    """Return a fraction with a slash, as in ``∂J/∂W`` and ``a / (b + c)``."""
    above, below = wrapped(numerator, _is_product), wrapped(denominator, is_single)
    slash = " / " if " " in above + below else "/"
    return Atom(f"{above}{slash}{below}", is_fraction=True)


def with_script(base: Atom, sign: str, script: Sequence[Atom]) -> Atom:
    """Return `base` with a subscript or a superscript; small superscripts are in Unicode."""
    text = f"({base.text})" if base.is_fraction else base.text
    written = line(script, is_script=True)
    is_small = base.kind != "function" and not _WORD.search(written)
    if sign == "^" and is_small and all(letter in _SUPERSCRIPTS for letter in written):
        text += "".join(_SUPERSCRIPTS[letter] for letter in written)
    else:
        is_word = len(written) == 1 or written.isalnum()
        text += f"{sign}{written}" if is_word else f"{sign}{{{written}}}"
    kind = "symbol" if base.kind == "prefix" and sign == "_" else base.kind  # ∇_θ J, but ∂²J
    return Atom(text, kind, base.scripts + sign)


def line(atoms: Sequence[Atom], *, is_script: bool = False) -> str:
    """Return `atoms` in one line, with spaces as a reader expects them, and few in a script."""
    text, gap, before = "", "", Atom("", "open")
    for place, atom in enumerate(atoms):
        if atom.kind == "space":
            is_wide = len(gap) > 1 and len(atom.text) > 1
            gap = gap + atom.text if is_wide else max(gap, atom.text, key=len)
            continue
        if atom.is_fraction and _is_ambiguous(before, atom, _after(atoms[place + 1 :])):
            atom = replace(atom, text=f"({atom.text})")
        if atom.kind == "binary" and before.kind not in ("symbol", "prefix", "close"):
            atom = replace(atom, kind="open")  # the sign of what follows
        text += _gap(before, atom, gap, is_script) + atom.text
        before, gap = atom, ""
    return text


def _after(atoms: Sequence[Atom]) -> Atom:
    """Return the first atom that is no space, or a wide space, which ends a formula."""
    wanted = (atom for atom in atoms if atom.kind != "space" or len(atom.text) > 1)
    return next(wanted, Atom("", "close"))


def _gap(before: Atom, atom: Atom, written: str, is_script: bool) -> str:
    """Return the spaces between two atoms, between which LaTeX has the spaces `written`."""
    kinds = {before.kind, atom.kind}
    is_operator = bool(kinds & {"binary", "relation"})
    if len(written) > 1:
        return written
    if before.kind == "open" or atom.kind in ("close", "comma") or (is_operator and is_script):
        return ""
    if before.kind == "prefix" and not is_operator:
        return ""
    if atom.text == "'" or is_script:
        return written
    if before.kind == "function" and atom.kind == "open":
        return "" if before.text[0].isascii() else written  # log(x), but Σ (x + y)
    if is_operator or "function" in kinds or before.is_fraction or atom.is_fraction:
        return " "
    return " " if before.scripts and atom.kind == "symbol" else written


def _is_ambiguous(before: Atom, between: Atom, after: Atom) -> bool:
    """Return whether a fraction could be read as a longer one, as in ``a / (b + c) d``."""
    is_factor = " " in between.text and after.kind in ("symbol", "prefix", "function", "open")
    return is_factor or (before.kind == "function" and before.text[0].isascii())


def wrapped(atoms: Sequence[Atom], is_clear: Callable[[list[Atom]], bool]) -> str:
    """Return `atoms` in one line, in parentheses unless they are clear without them.

    Args:
        is_clear: gets the atoms outside of brackets, of each pair of brackets the first.
    """
    outside: list[Atom] = []
    depth = 0
    for atom in atoms:
        depth -= atom.kind == "close"
        if not depth and atom.kind not in ("close", "space"):
            outside.append(atom)
        depth += atom.kind == "open"
    return line(atoms) if is_clear(outside) else f"({line(atoms)})"


def is_single(outside: list[Atom]) -> bool:
    """Return whether atoms are one symbol or one call, not a product as in ``2n``."""
    kinds = [atom.kind for atom in outside if atom.kind != "prefix"]
    is_call = kinds in (["symbol", "open"], ["function", "open"])
    return (len(kinds) <= 1 or is_call) and not any(atom.is_fraction for atom in outside)


def _is_product(outside: list[Atom]) -> bool:
    """Return whether atoms are a product, in which functions have brackets."""
    kinds = [atom.kind for atom in outside]
    calls = all(after == "open" for kind, after in pairwise([*kinds, ""]) if kind == "function")
    is_sum = any(kind in ("binary", "relation") for kind in kinds[1:])
    return calls and not is_sum and not any(atom.is_fraction for atom in outside)
