"""`gradus compare`: families of text classifiers on one task, and the lecture's claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framework.commands.option_command import option_command
from framework.commands.options import NumbersFile
from framework.commands.output import console, say, write_error
from framework.course.catalogue import active_course
from framework.course.solutions import is_kit
from framework.errors import AbsentPartError, UnknownNameError, UsageError
from framework.threads import pin_threads
from plugins.lectures.comparison.comparison_options import ComparisonOptions
from plugins.lectures.comparison.families import FAMILIES, Family, chosen_families

if TYPE_CHECKING:
    from framework.providers.backends import Backend
    from framework.training.engine import OnStep, TrainingRun
    from plugins.lectures.comparison.claim import Claim
    from plugins.lectures.comparison.outcomes import Outcome, Training
    from plugins.lectures.training.classifier import ClassifierTask

HELP = """Train families of text classifiers in the same way, and check the lecture's claims.

All families get the same texts in the same order, with the same loss, optimizer and sizes. The
epoch with the best accuracy on held-out texts is tested. A claim is only checked on this corpus.
Epochs are timed on one thread, in turns. If the times of two families overlap, the claim about
their speed is undecided."""


def _compare(
    context: typer.Context,
    options: ComparisonOptions,
    *,
    models: str,
    backend: str,
    provider: str,
    json_file: Path | None,
    plots: Path | None,
    device: str,
    submission: Path | None,
    plugin: Sequence[str] | None,
    block: Sequence[str] | None,
) -> None:
    pin_threads()  # epochs are timed
    from framework.commands.setup import (
        choose_backend,
        describe_parts,
        load_plugins,
        unfinished_parts,
    )
    from framework.text_files import save_json
    from framework.threads import threads_in_words
    from framework.training.task import Request
    from plugins.lectures.commands.compare_view import as_json, save_pictures
    from plugins.lectures.comparison.claims import claims
    from plugins.lectures.comparison.outcomes import train_in_turns
    from plugins.lectures.training.text_classifier import TextClassifierTask

    plugins = load_plugins(plugin, block)
    computing = choose_backend(plugins, backend, provider, submission=submission, device=device)
    families = chosen_families([name for name in models.replace(" ", "").split(",") if name])
    outcomes: dict[str, Outcome] = {}
    for own_options in options.each_seed():
        task = TextClassifierTask.load(own_options, Request("", {}, computing, plugins.corpora))
        with unfinished_parts(computing):
            trainings = _trainings(computing, task, families, own_options)
            if own_options.seed == options.seed:
                say(f"corpus {task.corpus}: {task.described}")
                say(f"timed on {computing.device}, {threads_in_words()}")
            train_in_turns(trainings, options.epochs, partial(_bars, own_options))
        for outcome in (training.outcome() for training in trainings):
            before = outcomes.get(outcome.name)
            outcomes[outcome.name] = before.joined(outcome) if before else outcome
    for line in describe_parts(computing):
        say(line)
    shown, found_claims = list(outcomes.values()), list(claims(outcomes))
    _show(shown, found_claims, _longest(task))
    if json_file is not None:
        save_json(as_json(_described(options, computing), shown, found_claims), json_file)
        say(f"Saved {json_file}")
    if plots is not None:
        for path in save_pictures(shown, task.corpus, plots):
            say(f"Saved {path}")


compare = option_command(
    ComparisonOptions,
    _compare,
    name="compare",
    help=HELP,
    others={
        "models": (
            Annotated[
                str,
                typer.Option(metavar="NAME,...", help=f"Families: {', '.join(FAMILIES)}."),
            ],
            ",".join(FAMILIES),
        ),
        "json_file": (NumbersFile, None),
        "plots": (
            Annotated[
                Path | None,
                typer.Option(metavar="DIR", help="Save plots of accuracy in DIR, as SVG."),
            ],
            None,
        ),
    },
)


def _described(options: ComparisonOptions, backend: Backend) -> dict[str, Any]:
    """Return the corpus, the machine and all settings with a value."""
    from framework.threads import threads_in_words

    settings = {name: value for name, value in options.settings().items() if value is not None}
    return {
        "corpus": options.corpus,
        "backend": backend.name,
        "provider": backend.provider,
        "seeds": options.seeds,
        "threads": threads_in_words(),
        **settings,
    }


def _trainings(
    backend: Backend,
    task: ClassifierTask,
    families: Mapping[str, Family],
    options: ComparisonOptions,
) -> list[Training]:
    """Return the families, ready to be trained on `task`.

    In a student kit, families that need a part which is not written, or which no exercise of the
    kit defines, are left out with a note.

    Raises:
        UsageError: no family is left.
    """
    from plugins.lectures.comparison.outcomes import Training

    trainings: list[Training] = []
    left_out: dict[str, list[str]] = {}
    for name, family in families.items():
        try:
            trainings.append(Training(backend, task, name, family, options))
        except AbsentPartError as error:
            left_out.setdefault(f"'{error.part}' is not written", []).append(name)
            if name == [*families][-1] and not trainings:
                raise
        except UnknownNameError:
            if not is_kit(active_course().root):
                raise
            left_out.setdefault("no exercise of this kit defines its model", []).append(name)
    for reason, names in left_out.items():
        write_error(f"left out: {', '.join(names)}, since {reason}")
    if not trainings:
        raise UsageError("no family is left: `gradus train` lists what can be trained")
    return trainings


def _bars(
    options: ComparisonOptions, name: str
) -> Callable[[TrainingRun], AbstractContextManager[OnStep]]:
    """Return a progress bar for each epoch of the family `name`."""
    from framework.commands.train.epoch_lines import epoch_progress

    def bar(run: TrainingRun) -> AbstractContextManager[OnStep]:
        epoch = f"{run.epochs_done + 1}/{options.epochs}"
        return epoch_progress(f"{name}, seed {options.seed}, epoch {epoch}", run)

    return bar


def _longest(task: ClassifierTask) -> int:
    """Return the number of words of the longest text to learn from."""
    from framework.data.vocabulary import PAD

    return max(int((group.inputs != PAD).sum(axis=1).max()) for group in task.train.groups)


def _show(outcomes: Sequence[Outcome], claims: Sequence[Claim], longest: int) -> None:
    """Print the table of results and the claims."""
    from plugins.lectures.commands.compare_view import claim_table, outcome_table

    output = console()
    output.print("", outcome_table(outcomes, longest), sep="\n")
    if claims:
        output.print("", claim_table(claims), sep="\n")
