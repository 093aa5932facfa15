"""The process of a command: what ends it, and what is removed then."""
