"""The systems that the lectures name, as commands; `docs/systems.md` shows what they print."""
