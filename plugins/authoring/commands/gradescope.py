"""``gradus gradescope``: builds the autograder of an assignment on Gradescope."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course.reading import find_course
from autograder.reports.wording import counted
from framework.commands.groups import new_app
from framework.commands.options import CourseOption, ExercisesOrUnits, SecretSeed
from framework.commands.output import say, shown
from plugins.authoring.services.gradescope_visibility import Visibility

gradescope = new_app(
    help="""Build the autograder of an assignment on Gradescope.

  gradus gradescope build lab1.zip rnn lstm

Upload the zip under "Configure Autograder".""",
    no_args_is_help=True,
)


@gradescope.command()
def build(
    file: Annotated[Path, typer.Argument(metavar="ZIP", help="New file NAME.zip.")],
    names: ExercisesOrUnits = None,
    wheels: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Wheels to ship: the image is then built offline."),
    ] = None,
    seed: SecretSeed = None,
    allow_weaker: Annotated[
        bool,
        typer.Option(
            "--allow-weaker",
            help="Grade also where submissions can read solutions and use the network.",
        ),
    ] = False,
    hidden_results: Annotated[
        Visibility | None,
        typer.Option(help="When students see results of hidden checks. Default: visible."),
    ] = None,
    hidden_attempts: Annotated[
        int,
        typer.Option(min=0, metavar="N", help="Number of first attempts that show hidden results."),
    ] = 0,
    course: CourseOption = None,
) -> None:
    """Write the zip that Gradescope runs: setup.sh, run_autograder, the course, and gradus.

    It holds solutions and hidden checks: keep it from students. Grading needs no network; with
    --wheels, building the image needs none either, if it has Python 3.11 and bubblewrap.

    The container of a submission is that of the student's code, too. In it, gradus uses a sandbox
    that hides the solutions: bubblewrap, or else the fork server. The build of the image proves on
    Gradescope's machine that one of them works and that solutions get full marks; otherwise it
    fails. --allow-weaker grades without, and results.json lists what is not contained.

    --hidden-attempts 5 shows results of hidden checks for the first five attempts of a student;
    later ones show them after the due date, or as --hidden-results says. While a result is hidden,
    Gradescope shows no total score.
    """
    from plugins.authoring.kits.gradescope_autograder import build_gradescope

    chosen_course = find_course(course)
    exercises = chosen_course.select(names or ())
    default = Visibility.AFTER_DUE_DATE if hidden_attempts else Visibility.VISIBLE
    required = build_gradescope(
        file, chosen_course, exercises, wheels=wheels, seed=seed, allow_weaker=allow_weaker,
        visibility=hidden_results or default, attempts=hidden_attempts,
    )  # fmt: skip
    size = f"{file.stat().st_size / (1 << 20):.1f} MiB"
    say(f"{shown(file)}: {counted(len(exercises), 'exercise')}, {size}")
    if required:
        say(f"with what they require: {', '.join(required)}")
    say("it holds solutions and hidden checks: keep it from students")
