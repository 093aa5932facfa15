"""A metric during training: as a few numbers, and as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from autograder.record.findings.base import Finding, six_digits

#: How many values of a curve a text shows, at most.
NUMBERS = 8


@dataclass(frozen=True)
class Curve(Finding):
    """The values of one metric during training, finite, first to last."""

    kind: ClassVar[str] = "curve"
    explains_failure: ClassVar[bool] = True

    values: tuple[float, ...]

    def text_lines(self) -> list[str]:
        """Return some of its values in one line."""
        return [in_numbers(self.values)]

    def html(self) -> str:
        """Return the line, and some of its values under it; a single value is no line."""
        from autograder.record.findings.html import block
        from framework.plotting.svg import curve_svg

        told = in_numbers(self.values)
        line = curve_svg(self.values, told) if len(self.values) > 1 else ""
        return block("drawing", drawing=line, told=told)

    def as_json(self) -> dict[str, Any]:
        """Return every value."""
        return {"values": six_digits(self.values)}

    def add_to(self, fields: dict[str, Any]) -> None:
        """Set the field ``curve``: of several the last one counts."""
        fields["curve"] = six_digits(self.values)


def in_numbers(curve: Sequence[float]) -> str:
    """Return ``0.17 → 0.52 → 0.81``: the first, the last, and values at even distances between."""
    count = min(len(curve), NUMBERS)
    last = len(curve) - 1
    chosen = [curve[round(i * last / max(count - 1, 1))] for i in range(count)]
    return " → ".join(f"{value:.3g}" for value in chosen)
