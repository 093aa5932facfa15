"""Training runs, one module for each kind of model: how `gradus train` learns from what."""
