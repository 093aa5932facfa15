"""Built-in plugins: backends, what the lectures need, tools of authors, classes."""
