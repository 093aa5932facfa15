"""`gradus compare`: the command and how a comparison looks."""
