"""The commands of `gradus` that train models and use them, as plain functions."""
