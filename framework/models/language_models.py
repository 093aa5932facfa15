"""Language models by name, with what their arguments describe: an encoder, or a counted text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from framework.data.vocabulary import Ids, Vocabulary
from framework.interfaces import LanguageModel
from framework.models.character_aware import CHARACTERS, ModelBuilder, build_character_aware

#: The argument of a model that counts in a checkpoint: the ids of the counted text, `(M,)`.
COUNTED = "counted_text"


def build_language_model(
    backend: ModelBuilder,
    name: str,
    vocabulary: Vocabulary,
    arguments: Mapping[str, Any],
    rng: np.random.Generator,
) -> LanguageModel:
    """Return the language model `name`.

    Args:
        backend: offers the model, and the encoder.
        vocabulary: the words behind the ids.
        arguments: the arguments of the model's constructor. An entry ``characters`` describes an
            encoder, see `build_character_aware`. An entry ``counted_text`` has the ids that a
            model without weights counts; it is built without `rng`.
        rng: draws the initial weights.

    Raises:
        UsageError: `backend` does not offer it, it does not take these arguments, or see
            `build_character_aware`.
    """
    if COUNTED in arguments:
        others = {key: value for key, value in arguments.items() if key != COUNTED}
        counting: LanguageModel = backend.build(name, kind="language_model", **others)
        count_text(backend, counting, arguments[COUNTED])
        return counting
    if arguments.get(CHARACTERS) is not None:
        return build_character_aware(backend, name, vocabulary, arguments, rng)
    plain: LanguageModel = backend.build(name, kind="language_model", rng=rng, **arguments)
    return plain


def count_text(backend: ModelBuilder, model: Any, ids: Ids) -> None:
    """Let a model that counts, such as `kneser_ney`, count the text `ids: (M,)`."""
    with backend.in_force():
        model.fit(backend.arrays.from_numpy(ids))
