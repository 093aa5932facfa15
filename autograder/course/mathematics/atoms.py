"""The pieces of a formula, and how they are written in one line of plain text.

A reader needs spaces around operators, parentheses in fractions, and superscripts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

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
