"""Similar code of a class, task by task: a reason to look, and part of no grade."""
