"""Going on with an interrupted run, if it is the same run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from framework.data.vocabulary import Vocabulary
from framework.errors import UsageError
from framework.training.checkpoints import Checkpoint


def check_same_run(saved: Checkpoint, training: Mapping[str, Any], vocabulary: Vocabulary) -> None:
    """Refuse a checkpoint of another run.

    Args:
        saved: the checkpoint.
        training: what `Checkpoint.training` of this run would say; ``epochs_done`` may differ.
        vocabulary: the words of this run's text.

    Raises:
        UsageError: that run had other settings, or another text.
    """
    for name in sorted(training.keys() - {"epochs_done"}):
        if saved.training.get(name) != training[name]:
            raise UsageError(
                f"the checkpoint cannot be resumed: its {name.replace('_', ' ')} is "
                f"{saved.training.get(name, 'not known')}, but {training[name]} is asked for"
            )
    if saved.vocabulary.words != vocabulary.words:
        raise UsageError("the checkpoint cannot be resumed: its text had other words")
