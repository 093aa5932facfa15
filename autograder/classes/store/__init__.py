"""The store of a class: runs, jobs and results, in SQLite or PostgreSQL."""
