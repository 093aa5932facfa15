"""`gradus train NAME`: each kind of run is a command, made from its options."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import framework
from framework.commands.groups import LazyGroup, new_app, values_of
from framework.commands.option_command import option_command, setup_fields
from framework.commands.output import say, shown
from framework.errors import BadInputError, UnknownNameError, UsageError
from framework.toml_tables import Table, read_table
from framework.training.option_fields import FILES, checked_values
from framework.training.recipes import exercise_recipes, find_recipe, run_of
from framework.training.task_kinds import task_class
from framework.training.training_options import TrainingOptions

if TYPE_CHECKING:
    from framework.commands.train.result_file import ResultFile
    from framework.providers.backends import Backend
    from framework.training.engine import TrainingRun
    from framework.training.task import TrainingJob, TrainingTask

HELP = """Train a model and save a checkpoint after every epoch.

COMMAND is an exercise (rnn_lm, bag_of_vectors) or a model (recurrent_lm, skip_gram). The list shows
the kind and the model of each exercise; `gradus train rnn_lm --help` shows the options of its kind.
Other models are trained as KIND:MODEL,
where KIND is language_model, counts, tagger, text_classifier, or one of a plugin, such as pairs."""

#: The built-in recipes: TOML files in a folder for each kind of run.
RECIPES = Path(framework.__file__).parent / "training" / "published"


class CommandByKind(LazyGroup):
    """The group of commands: a name selects the kind of run of its recipe."""

    _arguments: Sequence[str] = ()

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the exercises that can be trained."""
        return [name for name, _ in exercise_recipes()]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the kind and the model of each exercise, for which no plugin is needed."""
        rows = [(name, f"{recipe.run}: {recipe.model}") for name, recipe in exercise_recipes()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name, the command and its arguments, which may name plugins."""
        self._arguments = args[1:]
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command for `cmd_name`, an exercise or a model.

        An unknown name also gets a command, which looks for the models of plugins.
        """
        if cmd_name not in self.commands:
            app, task = new_app(), self._task_of(cmd_name)
            settings = {"default_map": _own_defaults(cmd_name, task)}
            app.command(cmd_name, context_settings=settings)(_train_command(task))
            self.add_command(typer.main.get_command(app))
        return self.commands[cmd_name]

    def _task_of(self, name: str) -> type[TrainingTask]:
        """Return the task of an exercise or a model.

        The command itself warns of plugins that cannot be loaded.
        """
        from framework.providers.loaded_plugins import Plugins

        blocked = values_of("--block", self._arguments)
        plugins = Plugins(values_of("--plugin", self._arguments), blocked=blocked)
        return task_class(run_of(name), plugins.registry)


train = new_app(name="train", cls=CommandByKind, help=HELP, no_args_is_help=True)

JsonFile = Annotated[
    Path | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Save settings, device, scores and seconds of all runs in FILE, after every epoch.",
        rich_help_panel=FILES,
    ),
]
PlotFile = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        help="Save the learning curve in FILE, as SVG; of several runs, each in a file of its own. "
        "Default: beside the checkpoint of a single run.",
        rich_help_panel=FILES,
    ),
]


def _train_command(task: type[TrainingTask]) -> Callable[..., object]:
    """Return the command for runs of the kind of `task`."""

    def run(context: typer.Context, options: TrainingOptions, **others: Any) -> None:
        _train(task.kind, context.info_name or "", options, **others)

    return option_command(
        task.options,
        run,
        name=task.kind,
        help=task.help,
        others={
            "recipe": (_recipe_option(task), None),
            "json_file": (JsonFile, None),
            "plot": (PlotFile, None),
        },
    )


def _own_defaults(name: str, task: type[TrainingTask]) -> dict[str, Any]:
    """Return the options whose defaults the exercise `name` sets.

    Raises:
        UsageError: an option has another type or range.
    """
    recipes = dict(exercise_recipes())
    return checked_values(task.options, recipes[name].options) if name in recipes else {}


def _recipe_option(task: type[TrainingTask]) -> Any:
    """Return the parameter ``--recipe`` of the command for runs of the kind of `task`."""

    def apply(context: typer.Context, recipe: str | None) -> str | None:
        """Use the values in the file `recipe` as defaults of the command's options."""
        if recipe is not None:
            table = read_table(_recipe_file(recipe, task.kind))
            known = {option.name or "": None for option in context.command.params}
            del known["recipe"], known["help_all"]
            table.reject_unknown_keys(*known)
            own = context.default_map or {}
            context.default_map = {**own, **_checked(table, task.options)}
        return recipe

    known = ", ".join(sorted(_recipes(task.kind)))
    shipped = f", or a built-in recipe: {known}" if known else ""
    described = typer.Option(
        "--recipe",
        is_eager=True,
        callback=apply,
        help=f"Defaults of the other options: a TOML file with a line for each{shipped}.",
        rich_help_panel=FILES,
    )
    return Annotated[str | None, described]


def _recipes(kind: str) -> dict[str, Path]:
    return {file.stem: file for file in (RECIPES / kind).glob("*.toml")}


def _checked(table: Table, options: type[TrainingOptions]) -> dict[str, Any]:
    """Return the values in `table`, checked by the types and ranges of the options.

    Raises:
        BadInputError: a value does not fit: names the file, the option and what is allowed.
    """
    try:
        setup = {
            option.name: option.checked(table.values[option.name])
            for option in setup_fields()
            if option.name in table.values
        }
        return checked_values(options, table.values) | setup
    except UsageError as error:
        raise BadInputError(f"{table.file}: {error}") from None


def _recipe_file(recipe: str, kind: str) -> Path:
    """Return where `recipe` is.

    Raises:
        UnknownNameError: neither a recipe of this kind of run nor a file.
    """
    if Path(recipe).suffix == ".toml":
        return Path(recipe)
    known = _recipes(kind)
    if recipe in known:
        return known[recipe]
    others = [path.parent.name for path in RECIPES.glob(f"*/{recipe}.toml")]
    note = (
        f"'{recipe}' is a recipe for runs of the kind {others[0]}, not {kind}. " if others else ""
    )
    note += "For your own recipe, give a path that ends in .toml"
    raise UnknownNameError("recipe", recipe, known, note=note)


def _train(
    kind: str,
    name: str,
    options: TrainingOptions,
    *,
    recipe: str | None,
    backend: str,
    provider: str,
    json_file: Path | None,
    plot: Path | None,
    device: str,
    submission: Path | None,
    plugin: Sequence[str] | None,
    block: Sequence[str] | None,
) -> None:
    from framework.commands.setup import choose_backend, load_plugins, unfinished_parts
    from framework.commands.train.epoch_lines import show_spread
    from framework.commands.train.result_file import ResultFile
    from framework.providers.backends import REFERENCE, Backend
    from framework.training.checkpoints import CHECKPOINTS
    from framework.training.task import Request

    plugins = load_plugins(plugin, block)
    task = task_class(kind, plugins.registry)
    computing = choose_backend(plugins, backend, provider, submission=submission, device=device)
    model = find_recipe(name, plugins.registry.names("language_model"))
    reference = Backend(plugins.registry, REFERENCE)
    request = Request(model.model, model.defaults, computing, plugins.corpora)
    out = options.out or CHECKPOINTS / f"{name.replace(':', '-')}.safetensors"
    file = None if json_file is None else ResultFile(json_file, recipe, resumes=options.resume)
    scores: list[float] = []
    with unfinished_parts(computing):
        for job in task.jobs(options, request):
            scores.append(_train_one(job, computing, reference, out, plot, file))
    show_spread(job.task.measure, scores)


def _train_one(
    job: TrainingJob,
    backend: Any,
    reference: Backend,
    out: Path,
    plot: Path | None,
    file: ResultFile | None,
) -> float:
    """Train one of several runs, each with its own checkpoint, and return its score.

    With `--resume`, a run without a file starts from the beginning.
    """
    from framework.commands.train.epoch_lines import EpochLines
    from framework.commands.train.result_file import RecordedLines
    from framework.commands.train.run_ending import save_curve, show_ending
    from framework.training.engine import TrainingRun
    from framework.training.saved_runs import SavedRun

    path = _labelled(out, job)
    started = time.monotonic()
    run = TrainingRun(backend, job.task, job.model, job.arguments, job.options)
    saved = SavedRun(run, path, EpochLines() if file is None else RecordedLines(file, job))
    resume = job.options.resume and not (job.label and saved.is_new)
    for corpus, kept in () if resume else saved.set_aside():
        say(f"The model of the corpus {corpus} is now {kept}")
    saved.train(resume=resume)
    seconds = time.monotonic() - started
    score = _report(run, job, file)
    drawn: list[Path] = []
    if not job.label:
        drawn = show_ending(run, reference, plot or out.with_suffix(".svg"), seconds)
    elif plot is not None:
        drawn = save_curve(run, _labelled(plot, job))
    more = "".join(f" and {shown(path)}" for path in drawn)
    say(f"Saved {path}{more}. Next: `{run.task.commands[0].format(path=path)}`")
    for line in run.task.finish(run.checkpoint(), job.options, job.label):
        say(line)
    return score


def _labelled(path: Path, job: TrainingJob) -> Path:
    """Return the file at `path` for one of several runs."""
    return path.with_stem(f"{path.stem}-{job.label}") if job.label else path


def _report(run: TrainingRun, job: TrainingJob, file: ResultFile | None) -> float:
    """Show the score of the trained model, and return it."""
    score = run.scores[-1]
    for line in run.accelerator.notes():
        say(line)
    measured = run.task.measured(run.model, run.backend.arrays)
    lines: list[str] = []
    if measured is not None:
        score, (first, *details) = measured
        lines = [f"{first}{_chosen(run)}", *details]
    for line in lines:
        say(line)
    if file is not None:
        file.end(run, job, score, lines)
    return score


def _chosen(run: TrainingRun) -> str:
    if run.options.keep != "best" or run.best is None:
        return ""
    return f" after epoch {run.best.epoch}, the best on held-out data"
