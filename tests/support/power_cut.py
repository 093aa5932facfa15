"""A training that ends in the middle of an epoch, as in a power cut."""

from contextlib import contextmanager

from framework.training.saved_runs import Watcher


class PowerCutError(Exception):
    """What ends it."""


def power_cut(after, steps=0):
    """Return a class of watchers that end the run after some epochs and steps of the next one."""
    epochs = []

    class PowerCut(Watcher):
        @contextmanager
        def epoch(self, run):
            epochs.append(run)

            def on_step(done, total, loss):
                if len(epochs) > after and done > steps:
                    raise PowerCutError

            yield on_step

    return PowerCut
