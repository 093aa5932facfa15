"""Similar code in a class: a reason to look, and never part of a grade."""
