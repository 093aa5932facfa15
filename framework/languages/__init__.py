"""Generated corpora whose best possible score is known."""
