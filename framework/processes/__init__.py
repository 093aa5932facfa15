"""The process of a command: whether it may be forked, what ends it, and what is removed then."""
