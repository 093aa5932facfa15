"""The course folder: where it is, and what its exercises offer."""
