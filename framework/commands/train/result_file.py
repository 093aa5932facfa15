"""`--json`: the results of all runs of a command, in a file that is written after every epoch."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

from framework import __version__
from framework.commands.train.epoch_lines import EpochLines
from framework.errors import BadInputError
from framework.text_files import read_text, save_json
from framework.training.engine import TrainingRun
from framework.training.task import TrainingJob


class ResultFile:
    """The file with the results of a command.

    It has the settings, the device, and for each run the held-out score and the seconds of every
    epoch, and the final score.

    Args:
        path: of the file.
        recipe: the recipe of the runs; None: there is none.
        resumes: whether the command continues interrupted runs, whose seconds the file has.

    Raises:
        BadInputError: the file exists, is needed, and is damaged.
    """

    def __init__(self, path: Path, recipe: str | None, *, resumes: bool) -> None:
        self.path, self.recipe = path, recipe
        self.runs: dict[str, dict[str, Any]] = {}
        if resumes and path.is_file():
            self.runs = {str(run["label"]): run for run in _runs(path)}

    def begin(self, run: TrainingRun, job: TrainingJob) -> None:
        """Add `run`, with the seconds of its earlier epochs where they are known.

        Raises:
            BadInputError: the file cannot be written.
        """
        known = self.runs.get(job.label, {}).get("seconds", [])[: run.epochs_done]
        unknown = [None] * (run.epochs_done - len(known))
        self.runs[job.label] = {
            "label": job.label,
            "seed": job.options.seed,
            "held_out": list(run.scores),
            "seconds": [*known, *unknown],
        }
        self._save(run, job)  # a file that cannot be written is an error before the first epoch

    def end_epoch(self, run: TrainingRun, job: TrainingJob) -> None:
        """Save the score and the seconds of the last epoch."""
        entry = self.runs[job.label]
        entry["held_out"] = list(run.scores)
        entry["seconds"].append(round(run.seconds, 2))
        self._save(run, job)

    def end(self, run: TrainingRun, job: TrainingJob, score: float, lines: list[str]) -> None:
        """Save the final score of `run`, and the `lines` that show it."""
        self.runs[job.label] |= {"score": score, "shown": lines}
        self._save(run, job)

    def _save(self, run: TrainingRun, job: TrainingJob) -> None:
        save_json(
            {**_about(run, job), "recipe": self.recipe, "runs": [*self.runs.values()]}, self.path
        )


class RecordedLines(EpochLines):
    """Shows a run, and writes its results into a file.

    Args:
        file: the file.
        job: the run.
    """

    def __init__(self, file: ResultFile, job: TrainingJob) -> None:
        super().__init__()
        self.file, self.job = file, job

    def begins(self, run: TrainingRun) -> None:
        """Print what is trained, and add the run to the file."""
        super().begins(run)
        self.file.begin(run, self.job)

    def epoch_ends(self, run: TrainingRun, loss: float, score: float) -> None:
        """Print a line about the epoch, and save its score."""
        super().epoch_ends(run, loss, score)
        self.file.end_epoch(run, self.job)


def _about(run: TrainingRun, job: TrainingJob) -> dict[str, Any]:
    """Return the settings of all runs of the command, and where they are computed."""
    settings = job.options.settings()
    settings.pop("seed", None)
    return {
        "model": run.model_name,
        "arguments": dict(job.arguments),
        "corpus": Path(run.task.corpus).name,
        "described": run.task.described,
        "measure": run.task.measure,
        "options": settings,
        "seeds": job.options.seeds,
        "folds": getattr(job.options, "folds", 0),
        "backend": run.backend.name,
        "provider": run.backend.provider,
        "device": run.accelerator.device_name(),
        "threads": int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)),
        "version": __version__,
        "date": date.today().isoformat(),
    }


def _runs(path: Path) -> list[dict[str, Any]]:
    """Return the runs in the file at `path`.

    Raises:
        BadInputError: it is no such file.
    """
    try:
        runs: list[dict[str, Any]] = json.loads(read_text(path))["runs"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(
            f"{path} has no results of `gradus train` ({error!r}): give another file, or delete it"
        ) from None
    return runs
