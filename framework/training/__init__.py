"""Training runs: loops, tasks, checkpoints, resuming, recipes.

accelerator.py          faster, smaller or reproducible computations in training
checkpoints.py          checkpoints
engine.py               one training run of any kind of model
task_kinds.py           the kinds of runs
loops.py                the steps of training, the same for every backend, every kind of model
loss_and_optimizers.py  the loss and the optimizers of training that need no course
named_parts.py          losses, penalties, initializers and transforms by name
option_fields.py        fields of a dataclass that are options
training_options.py     the options of training, with types, defaults and ranges
recipes.py              the recipes of `gradus train EXERCISE`
saved_runs.py           a run with its files
states.py               saved states of models and optimizers
task.py                 tasks
tools.py                parts of a run and arguments of models from text
"""
