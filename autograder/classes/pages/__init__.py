"""Pages about a run for its instructor: the same templates as files and live."""
