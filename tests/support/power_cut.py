"""A training that ends in the middle of an epoch, as if somebody had pulled the plug."""


class PowerCutError(Exception):
    """What ends it."""


def power_cut(after):
    """An `epoch_bar` that ends the run at the first step after so many epochs."""
    epochs = []

    def epoch_bar(progress, description, advice):
        epochs.append(description)

        def on_step(done, total, loss):
            if len(epochs) > after:
                raise PowerCutError

        return on_step

    return epoch_bar
