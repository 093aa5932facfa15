"""Training runs: loops, tasks, checkpoints, resuming, recipes."""
