"""A server that shows the pages of a run live, to those who have its token."""
