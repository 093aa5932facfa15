"""A training that ends in the middle of an epoch, as if somebody had pulled the plug."""

from contextlib import contextmanager

from framework.training.saved_runs import Watcher


class PowerCutError(Exception):
    """What ends it."""


def power_cut(after, steps=0):
    """A class of watchers that end the run after so many epochs, and so many steps of the next."""
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
