"""Results of published papers beside ours: the rows, the measurements, and their page."""
