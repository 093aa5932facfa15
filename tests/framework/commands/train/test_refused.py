"""What cannot be trained is refused in words, for every kind of run."""

import tomllib

import pytest
from gradus_command import gradus
from repository import text_of
from small_runs import copy_corpora

from framework import errors

REFUSED = tomllib.loads(text_of("training/refused.toml"))["refused"]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[0])
def test_what_cannot_be_trained_is_said(case, spec):
    copy_corpora(spec)
    command, said, kind = [*case, "UsageError"][:3]
    with pytest.raises(getattr(errors, kind)) as refused:
        gradus("train", *command.split())
    assert said in str(refused.value)
