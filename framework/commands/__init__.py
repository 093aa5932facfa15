"""The commands of `gradus` that train and use models."""
