"""What a terminal shows."""

import io

from rich.console import Console


def on_terminal(*views, width=80, encoding="utf-8", **options):
    """Return the text of `views` on a terminal, printed one after the other."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    console = Console(file=file, width=width, **options)
    for view in views:
        console.print(view)
    file.flush()
    return file.buffer.getvalue().decode(encoding)
