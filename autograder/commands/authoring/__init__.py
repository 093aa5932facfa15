"""Commands for authors of courses."""
