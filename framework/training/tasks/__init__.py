"""The kinds of runs that gradus has, each a `framework.training.task.Task`."""
