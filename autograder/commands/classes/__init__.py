"""``gradus class``: the commands for all submissions of a class."""
