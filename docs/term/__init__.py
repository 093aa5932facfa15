"""A term of a class, from the first export to the last deletion; `docs/term.md` is its record."""
