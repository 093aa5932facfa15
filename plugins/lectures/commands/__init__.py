"""The commands `gradus compare` and `gradus experiment`."""
