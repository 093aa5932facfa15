"""What can go wrong with a call to the submission.

SubmissionFault             the submission's own doing; each class has its verdict
├── NotWritten              still raises NotImplementedError
│   └── NotDefined          a name that the exercise asks for is not there
├── Blocked                 needs what is not written, or what has ended a worker
├── Crashed                 raised, died, or broke the channel
├── TimedOut                overran its limit of time
├── OutOfMemory             asked for more memory than the limit
└── NotOffered              a graded provider has no such thing: skipped
InfrastructureFault         ours: the sandbox or the worker did not start
└── ReferenceFailed         the reference failed; the submission's, if its answers came before
NotRecorded                 asked of a recorded reference what its recording does not answer
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder.verdicts import Verdict
from framework.errors import SandboxError

#: What is said of a stub, whose NotImplementedError has no message.
NOT_WRITTEN = "not written yet"
#: What `breakpoint()` and `pdb.set_trace()` raise in graded code.
BREAKPOINTS = ("BreakpointReached", "BdbQuit")
#: What is said of code that asks for a debugger.
NO_DEBUGGER = (
    "stops at breakpoint(), and graded code has no terminal: remove it, or run `gradus replay` as "
    "shown below, which stops there in your terminal"
)


@dataclass(frozen=True)
class Frame:
    """A line of the submission: file name, line number from 1, function.

    Attributes:
        cell: for a notebook, the line as its author finds it, as in ``cell 4, line 2``.
        source: the text of the line.
    """

    file: str
    line: int
    function: str
    cell: str = ""
    source: str = ""

    @property
    def place(self) -> str:
        """Where its author finds it: ``rnn.py:12``, or ``rnn.ipynb, cell 4, line 2``."""
        return f"{self.file}, {self.cell}" if self.cell else f"{self.file}:{self.line}"


class SubmissionFault(Exception):
    """A call failed through the submission's own doing.

    Args:
        message: one sentence for the student.
        frames: where in the submission, outermost first.
        call: which call it was.
        stalled: it was only late, with processor time left: the machine may have been busy, and
            nothing is known for certain.
        raised: the type of the exception, if one was raised.
        name: what is not defined, if that is so.

    Attributes:
        method: the method of that call, as in ``RNN.forward``; empty where none was called.
        at_import: whether the file could not be imported, whatever a check asks of it.
    """

    verdict = Verdict.CRASHED

    def __init__(
        self,
        message: str,
        frames: tuple[Frame, ...] = (),
        call: str = "",
        *,
        stalled: bool = False,
        raised: str = "",
        name: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.frames = frames
        self.call = call
        self.stalled = stalled
        self.raised = raised
        self.name = name
        self.method = ""
        self.at_import = False


class NotWritten(SubmissionFault):
    """Still raises NotImplementedError."""

    verdict = Verdict.NOT_STARTED


class NotDefined(NotWritten):
    """The `name` that the exercise asks for is not there."""


class Blocked(SubmissionFault):
    """Needs a part of another exercise that is not written, or a call that has ended a worker."""

    verdict = Verdict.BLOCKED


class Crashed(SubmissionFault):
    """Raised, died, or broke the channel."""


class TimedOut(SubmissionFault):
    """Used up its processor time, or was late with some of it left."""

    verdict = Verdict.TIMED_OUT


class OutOfMemory(SubmissionFault):
    """Asked for more memory than the limit."""

    verdict = Verdict.OUT_OF_MEMORY


class NotOffered(SubmissionFault):
    """A graded provider has no such thing: no failure, and no points either way."""

    verdict = Verdict.SKIPPED


class InfrastructureFault(SandboxError):
    """The sandbox or the worker did not start: never the student's fault."""


class ReferenceFailed(InfrastructureFault):
    """The reference failed: on its own inputs, or on what the submission had returned before."""


class NotRecorded(Exception):
    """The recording of the reference has no answer: only the course's own grader has one."""
