"""`gradus new`: writes the first files of a course, an exercise or a plugin."""
