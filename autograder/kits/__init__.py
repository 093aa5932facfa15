"""Student kits: built from a course, proved to work without solutions, and updated."""
