"""Pages of the documentation that are made from the repository, and the formulas of all pages."""
