
from pathlib import Path

from framework.hookspecs import hookimpl
from framework.providers.registry import Implementation


@hookimpl
def register_implementations():
    file = Path(__file__).with_name("week3_lstm.py")
    return [Implementation("model", "lstm", "week3", f"{file}:LSTM")]
