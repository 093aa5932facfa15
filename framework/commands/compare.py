"""`gradus compare`: families of text classifiers on one task, and what the lecture says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from framework.commands.classifier_options import (
    BatchSize,
    Data,
    Epochs,
    LearningRate,
    MinimumCount,
    OptimizerName,
    Precision,
    Seed,
    Seeds,
    TextCorpusName,
)
from framework.commands.classifier_training import ADVICE
from framework.commands.comparison_view import (
    as_json,
    claim_table,
    outcome_table,
    save_pictures,
)
from framework.commands.options import (
    BackendName,
    BlockOption,
    Device,
    PluginOption,
    Submission,
)
from framework.commands.progress import epoch_bar, progress_bars
from framework.commands.setup import (
    choose_backend,
    describe_parts,
    load_plugins,
    unfinished_parts,
)
from framework.data.vocabulary import PAD
from framework.errors import BadInputError, UsageError
from framework.evaluation.claims import Claim, claims
from framework.evaluation.comparison import Bar, Outcome, train_family
from framework.evaluation.families import FAMILIES, Family, chosen_families
from framework.providers.backends import Backend
from framework.training.classifier import ClassifierSettings
from framework.training.loops import OnStep
from framework.training.sources import TextSource
from framework.training.task import Task
from framework.training.text_classification import text_task


def compare(
    corpus: TextCorpusName = "hearsay",
    data: Data = None,
    minimum_count: MinimumCount = 2,
    models: Annotated[
        str, typer.Option(metavar="NAME,...", help=f"Which families: {', '.join(FAMILIES)}.")
    ] = ",".join(FAMILIES),
    embedding_size: Annotated[int, typer.Option(min=1, help="Of a word vector.")] = 16,
    hidden_size: Annotated[int, typer.Option(min=1, help="Of every hidden layer.")] = 24,
    width: Annotated[int, typer.Option(min=1, help="Words in a window, odd.")] = 3,
    epochs: Epochs = 6,
    batch_size: BatchSize = 32,
    optimizer: OptimizerName = "adam",
    learning_rate: LearningRate = 0.02,
    precision: Precision = "float64",
    seed: Seed = 0,
    seeds: Seeds = 1,
    backend: BackendName = "numpy",
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Save all numbers in FILE.")
    ] = None,
    plots: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Save plots of accuracy in DIR, as SVG."),
    ] = None,
    device: Device = "cpu",
    submission: Submission = Path("exercises"),
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Train families of text classifiers in the same way, and check what the lecture says of them.

    All see the same texts in the same order, with the same loss, optimizer and sizes. The epoch
    that is best on texts held out is tested. A claim holds here or it does not: on this corpus.
    """
    plugins = load_plugins(plugin, block)
    computing = choose_backend(plugins, backend, submission=submission, device=device)
    families = chosen_families([name for name in models.replace(" ", "").split(",") if name])
    if width % 2 == 0:
        raise UsageError(f"a window has a word in the middle: --width is odd, not {width}")
    console = Console(highlight=False, markup=False)
    where = None if data is None else str(data)
    plan = _Plan(
        families,
        {"embedding_size": embedding_size, "hidden_size": hidden_size, "width": width},
        ClassifierSettings(optimizer, learning_rate, batch_size, epochs, precision, seed),
    )
    outcomes: dict[str, Outcome] = {}
    for one in range(seed, seed + seeds):
        texts = TextSource(corpus, where, one).load(plugins.corpora)
        task = text_task(texts, minimum_count=minimum_count)
        if one == seed:
            console.print(f"corpus {task.corpus}: {task.described}")
        for name, found in _trained(computing, task, plan.with_seed(one), console):
            outcomes[name] = outcomes[name].joined(found) if name in outcomes else found
    for line in describe_parts(computing):
        console.print(line)
    shown, found_claims = list(outcomes.values()), list(claims(outcomes))
    _show(console, shown, found_claims, _longest(task))
    if json_file is not None:
        settings = {"corpus": corpus, "backend": backend, "seeds": seeds, **plan.described()}
        _save_json(as_json(settings, shown, found_claims), json_file)
        console.print(f"Saved {json_file}", soft_wrap=True)
    if plots is not None:
        for path in save_pictures(shown, task.corpus, plots):
            console.print(f"Saved {path}", soft_wrap=True)


@dataclass(frozen=True)
class _Plan:
    """What is trained, and how: the same for all families."""

    families: Mapping[str, Family]
    sizes: Mapping[str, int]
    settings: ClassifierSettings

    def with_seed(self, seed: int) -> _Plan:
        return replace(self, settings=replace(self.settings, seed=seed))

    def described(self) -> dict[str, Any]:
        """Sizes and settings; those that a comparison leaves alone are left out."""
        settings = {k: v for k, v in asdict(self.settings).items() if v is not None}
        return {**self.sizes, **settings}


def _trained(
    backend: Backend, task: Task, plan: _Plan, console: Console
) -> Iterator[tuple[str, Outcome]]:
    """Each family, trained on `task`; a bar shows how far it is."""
    for name, family in plan.families.items():
        arguments = family.arguments(**plan.sizes)
        with progress_bars(console) as progress, unfinished_parts(backend):
            bar = _bars(progress, name, plan.settings)
            yield name, train_family(backend, task, name, family, arguments, plan.settings, bar)


def _bars(progress: Progress, name: str, settings: ClassifierSettings) -> Bar:
    """A bar for each epoch of the family `name`."""

    def bar(epoch: int) -> OnStep:
        what = f"{name}, seed {settings.seed}, epoch {epoch}/{settings.epochs}"
        return epoch_bar(progress, what, ADVICE)

    return bar


def _longest(task: Task) -> int:
    """Words of the longest text to learn from."""
    return int((task.inputs != PAD).sum(axis=1).max())


def _show(
    console: Console, outcomes: Sequence[Outcome], found: Sequence[Claim], longest: int
) -> None:
    """The table, and under it the claims."""
    console.print()
    console.print(outcome_table(outcomes, longest))
    if found:
        console.print()
        console.print(claim_table(found))


def _save_json(table: Mapping[str, Any], path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error}") from error
