"""A bar says how fast an epoch goes; where there is no terminal, lines come at a steady rate."""

from types import SimpleNamespace

import pytest

from framework.commands.train.epoch_lines import SpeedColumn, _bars, epoch_progress, show_spread

RUN = SimpleNamespace(
    options=None, task=SimpleNamespace(step_size=lambda options: 400, unit="tokens")
)


@pytest.fixture
def lines_of(capsys):
    """The lines that an epoch prints outside of a terminal."""

    def lines_of(seconds_per_step, steps):
        now = [0.0]
        with epoch_progress("epoch 1/3", RUN, clock=lambda: now[0]) as on_step:
            for done in range(1, steps + 1):
                now[0] += seconds_per_step
                on_step(done, steps, 2.0)
        return capsys.readouterr().out.splitlines()

    return lines_of


@pytest.mark.parametrize(
    ("seconds_per_step", "steps", "shown"),
    [
        (0.05, 100, range(0)),  # a short epoch prints nothing before its end
        (0.2, 1000, range(100, 1000, 100)),  # a long one prints a line for each tenth
        (7.0, 1000, range(5, 1000, 5)),  # no silence lasts longer than half a minute
    ],
)
def test_lines_come_at_a_steady_rate(lines_of, seconds_per_step, steps, shown):
    expected = [f"epoch 1/3   step {step} of {steps:,}   loss 2.0000" for step in shown]
    assert lines_of(seconds_per_step, steps) == expected


@pytest.mark.parametrize(("speed", "shown"), [(2.5, "1,000 tokens/s"), (None, "")])
def test_speed_is_shown_in_the_units_of_the_task(monkeypatch, speed, shown):
    progress = _bars()
    progress.add_task("epoch", total=10, loss="", tokens=400, unit="tokens")
    (task,) = progress.tasks
    monkeypatch.setattr(type(task), "speed", speed)
    assert SpeedColumn().render(task).plain == shown


def test_the_spread_of_several_runs_is_shown(capsys):
    show_spread("F1", [0.5])
    show_spread("F1", [0.5, 0.7])
    assert capsys.readouterr().out == (
        "F1 of 2 runs: mean 0.6000, standard deviation 0.1414, from 0.5000 to 0.7000\n"
    )
