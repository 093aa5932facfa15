"""What the build of a kit says at its end."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.kits.building import BuiltKit
from autograder.reports.wording import counted


def summary(built: BuiltKit, *, verbose: bool = False) -> Iterator[str]:
    """Yield the lines of the summary.

    Args:
        verbose: whether the quoted lines are listed.
    """
    size = sum(built.sizes.values())
    points = sum(proof.points for proof in built.proofs)
    opened = sum(sum(proof.open_checks.values()) for proof in built.proofs)
    if built.added:
        yield f"Added, because others require them: {', '.join(built.added)}"
    for proof in built.proofs:
        for check, worth in proof.open_checks.items():
            yield f"needs the course's grader: {proof.exercise}, {check} ({worth:g} points)"
    yield from _quoted(built, verbose)
    share = opened / points if points else 0.0
    yield (
        f"Wrote {built.place}: {counted(len(built.exercises), 'exercise')}, {points - opened:g} of "
        f"{points:g} public points ({share:.1%} need the course's grader), recordings of "
        f"{size / 1024:,.0f} KiB. Solutions get all these points in it, stubs none."
    )


def _quoted(built: BuiltKit, verbose: bool) -> Iterator[str]:
    if built.quoted:
        files = sorted({one.file.name for one in built.quoted})
        more = "" if verbose else ": `--verbose` lists them"
        yield (
            f"quoted from solutions by the course's own texts (READMEs, hints, public checks): "
            f"{counted(len(built.quoted), 'line')} in {counted(len(files), 'file')}{more}"
        )
    for one in built.quoted if verbose else ():
        yield f"  {one.file.parent.name}/{one.file.name}: {one.line}"
