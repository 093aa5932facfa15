"""The bar of an epoch says how fast it goes, and ends a run that has gone astray."""

import io
import math

import pytest
from rich.console import Console

from framework.commands.progress import SpeedColumn, epoch_bar, progress_bars
from framework.errors import UsageError


@pytest.fixture
def progress():
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with progress_bars(console) as bars:
        yield bars


def speed(progress, monkeypatch, steps_per_second):
    (task,) = progress.tasks
    monkeypatch.setattr(type(task), "speed", steps_per_second)
    return SpeedColumn().render(task).plain


def test_speed_is_shown_in_tokens(progress, monkeypatch):
    epoch_bar(progress, "epoch", "less", tokens=400)(1, 10, 2.0)
    assert speed(progress, monkeypatch, 2.5) == "1,000 tokens/s"


@pytest.mark.parametrize(("tokens", "steps_per_second"), [(None, 2.5), (400, None)])
def test_an_unknown_speed_is_not_shown(progress, monkeypatch, tokens, steps_per_second):
    epoch_bar(progress, "epoch", "less", tokens=tokens)(1, 10, 2.0)
    assert speed(progress, monkeypatch, steps_per_second) == ""


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_run(progress, loss):
    with pytest.raises(UsageError, match="at step 3 of 10: try less"):
        epoch_bar(progress, "epoch", "less")(3, 10, loss)
