"""Grades a random sample of a run a second time: a result that differs is a disagreement."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from autograder.classes.running.engine import Engine, settled
from autograder.classes.running.job import Job
from autograder.classes.store.database import Store
from autograder.classes.store.results import commit
from autograder.classes.store.tables import Key


def sample(work: Mapping[Key, str], percent: float, seed: int) -> dict[Key, str]:
    """Return a random sample of `work`, at least one; the same for the same run."""
    keys = sorted(work, key=repr)
    count = min(math.ceil(len(keys) * percent / 100), len(keys))
    return {key: work[key] for key in random.Random(seed).sample(keys, count)}


def verify(
    store: Store, engine: Engine, work: Mapping[Key, str], folder_of: Callable[[str], Path]
) -> tuple[int, int]:
    """Grade `work` again; return how many results were compared, and how many differ."""
    futures = {
        key: engine.submit(Job(str(folder_of(attempt)), key.exercise, key.submission, afresh=True))
        for key, attempt in work.items()
    }
    compared, different = 0, 0
    for key, future in futures.items():
        result = settled(future).result
        if result is not None:  # a fault, or a busy machine, says nothing
            compared += 1
            different += not store.transaction(partial(commit, key=key, result=result))
    return compared, different
