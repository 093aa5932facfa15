"""How a check fails."""

import pytest

from autograder.checks import CheckFailed


def failure(function, *args, **kwargs):
    """Return what a check says that fails: its sentence and its details."""
    with pytest.raises(CheckFailed) as caught:
        function(*args, **kwargs)
    return [caught.value.message, *caught.value.details]
