"""The lines of the log, collected within a block."""

import logging
from contextlib import contextmanager

from framework.log import ROOT, add_handler


@contextmanager
def recorded_log():
    """Collect the lines of all events within the block."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(handler.format(record))
    add_handler(handler)
    try:
        yield lines
    finally:
        logging.getLogger(ROOT).removeHandler(handler)
