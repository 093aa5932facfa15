"""The end of a training run: its curves of scores and rates, and a table of scores."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from framework.commands.output import say
from framework.commands.train.epoch_lines import epoch_progress
from framework.errors import GradusError
from framework.plotting.charts import LARGEST, Chart, Line
from framework.plotting.svg import save_chart
from framework.plotting.text_chart import text_chart
from framework.providers.backends import STUDENT, Backend
from framework.training.engine import TrainingRun

#: The reference is trained beside a student's model that was trained in this many seconds.
REFERENCE_SECONDS = 60.0
#: Number of steps of a curve of learning rates.
_RATES = 80


def show_ending(run: TrainingRun, reference: Backend, path: Path, seconds: float) -> list[Path]:
    """Print the learning curve and the table of `run`, and save the curve as SVG at `path`.

    A learning rate that changes within an epoch is drawn below the curve.

    Args:
        run: a run that has ended.
        reference: computes the models that the run is compared with.
        path: of the SVG file.
        seconds: how long the run took.

    Returns:
        the files that were written: none where there is no curve, see `learning_curve`.

    Raises:
        BadInputError: the SVG file cannot be written.
    """
    levels = _finite(run.task.levels(reference))
    if run.backend.provider == STUDENT and seconds <= REFERENCE_SECONDS:
        levels = _finite(_trained_reference(run, reference)) | levels
    chart = learning_curve(run, levels)
    if chart is not None:
        say("\n" + "\n".join(f"  {line}" for line in text_chart(chart)))
        save_chart(chart, path, below=rate_curve(run))
    if levels:
        say("\n" + "\n".join(score_table(run, levels)))
    return [] if chart is None else [path]


def save_curve(run: TrainingRun, path: Path) -> list[Path]:
    """Save the learning curve of one of several runs as SVG, and return the written files.

    Raises:
        BadInputError: the file cannot be written.
    """
    chart = learning_curve(run, {})
    if chart is not None:
        save_chart(chart, path, below=rate_curve(run))
    return [] if chart is None else [path]


def learning_curve(run: TrainingRun, levels: Mapping[str, float]) -> Chart | None:
    """Return the score after each epoch, with `levels`; None for fewer than two scores.

    Args:
        run: a run.
        levels: other scores, each a level line: name -> score.
    """
    first = run.epochs_done - len(run.scores) + 1
    scores = dict(enumerate(run.scores, first))
    scores = {epoch: y for epoch, y in scores.items() if math.isfinite(y) and abs(y) < LARGEST}
    if len(scores) < 2:
        return None
    xs = tuple(map(float, scores))
    ends = (xs[0], xs[-1])
    own = Line(_owner(run), xs, tuple(scores.values()))
    others = (Line(name, ends, (level, level)) for name, level in levels.items())
    title = f"{_measure(run)} of {run.model_name} on {Path(run.task.corpus).name}"
    return Chart(title, "epoch", run.task.measure, (own, *others))


def rate_curve(run: TrainingRun) -> Chart | None:
    """Return the learning rate over the epochs; None if it does not change within an epoch."""
    rates = run.learning_rates(_RATES)
    if not rates:
        return None
    times, heights = zip(*rates, strict=True)
    line = Line("learning rate", times, heights)
    return Chart(f"learning rate of {run.model_name}", "epoch", "learning rate", (line,))


def score_table(run: TrainingRun, levels: Mapping[str, float]) -> Iterator[str]:
    """Yield the score of `run` and `levels`, one in each line, under the name of the measure."""
    rows = {_owner(run): run.score, **levels}
    width = max(map(len, rows))
    yield f"  {_measure(run)}"
    yield from (f"  {name:<{width}}  {value:.4f}" for name, value in rows.items())


def _measure(run: TrainingRun) -> str:
    """Return the name of the scores: without held-out data, they are losses of training."""
    is_held_out = bool(run.task.held_out(run.scores[-1]))
    return f"held-out {run.task.measure}" if is_held_out else f"training {run.task.measure}"


def _owner(run: TrainingRun) -> str:
    return f"your {run.model_name}" if run.backend.provider == STUDENT else run.model_name


def _trained_reference(run: TrainingRun, reference: Backend) -> dict[str, float]:
    """Return the score of the reference after the same training; empty if it cannot train.

    A student kit has no reference.
    """
    try:
        other = TrainingRun(reference, run.task, run.model_name, _own_arguments(run), run.options)
        say("The reference is trained in the same way, for comparison; Ctrl-C leaves it out.")
        while other.epochs_done < other.options.epochs:
            name = f"reference, epoch {other.epochs_done + 1}/{other.options.epochs}"
            with epoch_progress(name, other) as on_step:
                other.epoch(on_step)
    except (GradusError, KeyboardInterrupt):
        return {}
    return {"reference": other.score}


def _own_arguments(run: TrainingRun) -> dict[str, object]:
    """Return the arguments of the model that the examples do not determine."""
    sizes = run.task.sizes()
    return {name: value for name, value in run.arguments.items() if name not in sizes}


def _finite(levels: Mapping[str, float]) -> dict[str, float]:
    return {name: float(y) for name, y in levels.items() if math.isfinite(y) and abs(y) < LARGEST}
