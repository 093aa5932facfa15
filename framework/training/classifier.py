"""One training run of a classifier: everything that an epoch needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from framework.data.batching import without_padding
from framework.data.vocabulary import Ids
from framework.errors import UsageError
from framework.interfaces import Array, Arrays, Loss, Model, Optimizer
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint, assign, saved_arrays
from framework.training.loops import OnStep, fit_classifier
from framework.training.named_arguments import parse_named
from framework.training.optimizer_state import optimizer_state, restore_optimizer
from framework.training.resuming import check_same_run
from framework.training.task import Part, Task

#: Examples that are classified at a time: many enough for the backend, few enough for the memory.
AT_A_TIME = 256


@dataclass(frozen=True)
class ClassifierSettings:
    """How a classifier is trained.

    Attributes:
        optimizer: ``name`` or ``name@provider``, with arguments as `parse_named` reads them.
        learning_rate: of the optimizer.
        batch_size: examples per step.
        epochs: times that all examples are seen.
        precision: dtype of parameters, ``float64`` or ``float32``.
        seed: of the initial parameters, and of all that is drawn.
        vectors: the file of the word vectors that the model starts from; None: there is none.
        vector_range: draw the parameter ``embedding`` from −r to r; None: as the model does.
    """

    optimizer: str
    learning_rate: float
    batch_size: int
    epochs: int
    precision: str
    seed: int
    vectors: str | None = None
    vector_range: float | None = None


@dataclass(frozen=True)
class Best:
    """The epoch whose model was best on what is held out; of equals, the last one.

    Attributes:
        epoch: its number, from 1.
        score: of the held-out part.
        parameters: of the model after it, in NumPy's arrays.
    """

    epoch: int
    score: float
    parameters: Mapping[str, Array] = field(repr=False)


class ClassifierRun:
    """A classifier in training.

    Args:
        backend: who computes.
        task: what to learn.
        model: registry name of a model ``forward(ids (N, T)) -> logits (N, C)``.
        arguments: keyword arguments of its constructor beside `vocabulary_size`, `classes`, `rng`
            and `vectors`.
        settings: how it is trained. The same settings give the same run.
        source: where the task comes from, for whoever reads the checkpoint.
        vectors: word vectors that the model starts from, `(V, E)`; None: its own. A model that
            takes some and does not learn them has them in an attribute `static`.

    Attributes:
        epochs_done: how many epochs the model has been trained.
        best: the best of them; None before the first.

    Raises:
        UsageError: the backend does not offer the model or the optimizer, or they do not take
            these arguments.
    """

    def __init__(
        self,
        backend: Backend,
        task: Task,
        model: str,
        arguments: Mapping[str, Any],
        settings: ClassifierSettings,
        source: Mapping[str, Any] | None = None,
        vectors: Array | None = None,
    ) -> None:
        self.backend = backend
        self.task = task
        self.model_name = model
        self.settings = settings
        self.source = dict(source or {})
        self.epochs_done = 0
        self.best: Best | None = None
        sizes = {"vocabulary_size": len(task.vocabulary), "classes": len(task.classes)}
        self.arguments = {**sizes, **arguments}
        self._rng = backend.arrays.generator(settings.seed)
        start = {} if vectors is None else {"vectors": vectors}
        self.model: Model = backend.build(
            model, kind="model", rng=self._rng, **self.arguments, **start
        )
        self.model.astype(settings.precision)
        self._draw_vectors()
        self._loss: Loss = backend.build("softmax_cross_entropy", kind="loss")
        name, options = parse_named(settings.optimizer)
        self._optimizer: Optimizer = backend.build(
            name, kind="optimizer", learning_rate=settings.learning_rate, **options
        )

    def _draw_vectors(self) -> None:
        r, parameters = self.settings.vector_range, self.model.parameters
        if r is None:
            return
        if "embedding" not in parameters:
            names = ", ".join(parameters)
            raise UsageError(f"{self.model_name} has no parameter 'embedding' to draw: {names}")
        drawn = self._rng.uniform(-r, r, tuple(parameters["embedding"].shape))
        self.backend.arrays.assign(parameters["embedding"], drawn.astype(self.settings.precision))

    def epoch(self, on_step: OnStep) -> tuple[float, float]:
        """See all examples once more; return the mean loss and the score of the held-out part.

        What is drawn depends on the seed and the number of the epoch alone, so that a run that was
        interrupted goes on as if it had not been.
        """
        self.epochs_done += 1
        # The model's layers hold this very generator, for dropout.
        arrays = self.backend.arrays
        fresh = arrays.generator([self.settings.seed, self.epochs_done])
        arrays.restore_generator(self._rng, arrays.generator_state(fresh))
        with np.errstate(over="ignore", invalid="ignore"):  # `on_step` sees it in the loss
            losses = self._fit(on_step)
        score = self.task.valid.score(self.predict(self.task.valid))
        if self.best is None or score >= self.best.score:
            self.best = Best(self.epochs_done, score, self._saved())
        return float(np.mean(losses)), score

    def _fit(self, on_step: OnStep) -> list[float]:
        self.model.train()
        return fit_classifier(
            self.model,
            self.task.inputs,
            self.task.labels,
            loss=self._loss,
            optimizer=self._optimizer,
            arrays=self.backend.arrays,
            batch_size=self.settings.batch_size,
            epochs=1,
            rng=np.random.default_rng([self.settings.seed, self.epochs_done, 1]),
            shorten=self.task.shorten,
            on_step=self._constraining(on_step),
        )

    def _constraining(self, on_step: OnStep) -> OnStep:
        """`on_step` after the model's own `constrain`, where it has one, as for a greatest norm."""
        constrain = getattr(self.model, "constrain", None)
        if constrain is None:
            return on_step

        def constrain_first(done: int, total: int, loss: float) -> None:
            constrain()
            on_step(done, total, loss)

        return constrain_first

    def predict(self, part: Part) -> Ids:
        """The classes of the examples of `part`, `(M,)`, by the model as it is now."""
        return predicted_classes(self.model, part, self.backend.arrays, shorten=self.task.shorten)

    def take_best(self) -> None:
        """Give the model the parameters of its best epoch."""
        if self.best is not None:
            assign(self.model, self.best.parameters, self.backend.arrays)

    def checkpoint(self) -> Checkpoint:
        """The model after its best epoch."""
        best = self.best.parameters if self.best is not None else self._saved()
        return self._checkpoint(best, {})

    def progress(self) -> Checkpoint:
        """The model after the last epoch, and how to go on with it."""
        memory = optimizer_state(self._optimizer, self.backend.arrays)
        return self._checkpoint(self._saved(), memory)

    def _checkpoint(
        self, parameters: Mapping[str, Array], memory: Mapping[str, Array]
    ) -> Checkpoint:
        return Checkpoint(
            self.model_name,
            {**self.arguments, **self._static()},
            self.task.vocabulary,
            self.task.corpus,
            self.backend.name,
            dict(parameters),
            self._training(),
            memory,
        )

    def _static(self) -> dict[str, Array]:
        """The word vectors that are not among the parameters, as an argument of the model."""
        static = getattr(self.model, "static", None)
        return {} if static is None else {"vectors": self.backend.arrays.to_numpy(static)}

    def _saved(self) -> dict[str, Array]:
        return saved_arrays(self.model, self.backend.arrays)

    def _training(self) -> dict[str, Any]:
        best = self.best
        return {
            **self._identity(),
            "epochs_done": self.epochs_done,
            "best_epoch": best.epoch if best else 0,
            "best_score": best.score if best else 0.0,
        }

    def _identity(self) -> dict[str, Any]:
        """What a run has in common with the one that it goes on with."""
        return {
            **asdict(self.settings),
            "run": self.task.run,
            "arguments": self.arguments,
            "classes": list(self.task.classes),
            "examples": len(self.task.inputs),
            "source": self.source,
        }

    def resume(self, last: Checkpoint, best: Checkpoint) -> None:
        """Go on after the last epoch of another run.

        Args:
            last: `progress` of that run.
            best: `checkpoint` of that run, by then or later.

        Raises:
            UsageError: that run had other settings or other examples.
        """
        check_same_run(last, self._identity(), self.task.vocabulary)
        assign(self.model, last.parameters, self.backend.arrays)
        restore_optimizer(self._optimizer, last.optimizer, self.backend.arrays)
        self._take_over(last, best)

    def take_over(self, best: Checkpoint) -> None:
        """Become the run whose `checkpoint` is `best`, after its last epoch.

        Raises:
            UsageError: see `resume`.
        """
        check_same_run(best, self._identity(), self.task.vocabulary)
        self._take_over(best, best)

    def _take_over(self, last: Checkpoint, best: Checkpoint) -> None:
        found = last.training
        self.epochs_done = int(found["epochs_done"])
        self.best = Best(int(found["best_epoch"]), float(found["best_score"]), best.parameters)


def predicted_classes(model: Model, part: Part, arrays: Arrays, *, shorten: bool) -> Ids:
    """The class with the greatest logit for each example of `part`, `(M,)`, in evaluation mode.

    Args:
        model: ``forward(inputs) -> logits (N, C)``.
        part: the examples.
        arrays: the model's own arrays.
        shorten: see `framework.training.loops.classifier_steps`.
    """
    model.eval()
    found = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(part.inputs), AT_A_TIME):
        rows = part.inputs[start : start + AT_A_TIME]
        logits = model.forward(arrays.from_numpy(without_padding(rows) if shorten else rows))
        found.append(np.argmax(arrays.to_numpy(logits), axis=-1))
    return np.concatenate(found)
