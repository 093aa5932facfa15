"""What one check asked of the code under test, and what came back."""

from __future__ import annotations

from dataclasses import replace

from autograder.conversations.exchange import Exchange, copied
from autograder.sandbox.session.faults import Crashed, SubmissionFault

#: Maximum number of requests; a check with more trains a model, and its answers explain nothing.
MAX_EXCHANGES = 400
MAX_BYTES = 2 << 20


class Transcript:
    """The exchanges of one check, in order, as they were: a check may change what it got.

    Attributes:
        complete: everything was recorded, and nothing broke off. Only then are there exchanges.
        seconds: that the answers took altogether.
    """

    def __init__(self) -> None:
        self.complete = True
        self.exchanges: list[Exchange] = []
        self.seconds = 0.0
        self._bytes = 0

    def add(
        self, exchange: Exchange, fault: SubmissionFault | None = None, seconds: float = 0.0
    ) -> None:
        """Record `exchange`, or give up where the transcript grows too long.

        Args:
            fault: ended the exchange. Only an exception of the submission is an answer.
        """
        self.seconds += seconds
        if not self.complete:
            return
        sizes = (outcome.size for outcome in exchange.outcomes if not outcome.is_constant)
        self._bytes += len(exchange.frame) + sum(sizes)
        raised = fault.raised if isinstance(fault, Crashed) else ""
        broke_off = fault is not None and not raised
        if broke_off or len(self.exchanges) >= MAX_EXCHANGES or self._bytes > MAX_BYTES:
            self.give_up()
            return
        message = fault.message if fault is not None else ""
        kept = copied(exchange.outcomes)
        self.exchanges.append(replace(exchange, outcomes=kept, raised=raised, message=message))

    def give_up(self) -> None:
        """Forget everything: the check is too long, or a request was never answered."""
        self.complete = False
        self.exchanges.clear()
