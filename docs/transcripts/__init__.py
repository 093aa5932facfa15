"""Pages that are records of commands: a terminal that types them, and what it has shown."""
