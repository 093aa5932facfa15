
import numpy as np
import pytest
from autograder.checks import CheckFailed, expect
from autograder.checks.equality import MissedThreshold
from autograder.sandbox.session.calls import RemoteCall
from autograder.sandbox.session.faults import (
    Crashed, Frame, InfrastructureFault, ReferenceFailed, TimedOut
)
from autograder.sandbox.wire import WireError
from framework.errors import BadInputError, SandboxError

@pytest.mark.task("RNN")
@pytest.mark.points(1.5)
@pytest.mark.hint("try harder")
def test_one():
    """It is one.

    And more of it.
    """
    {body}
