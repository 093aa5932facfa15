"""A student's day in a kit, from the installation to the end; `docs/day.md` is its record."""
