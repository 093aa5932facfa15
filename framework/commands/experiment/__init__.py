"""`gradus experiment`: the command and how its findings look."""
