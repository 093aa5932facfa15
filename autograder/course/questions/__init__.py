"""Written questions: their description, answers in Markdown, and the key to compare them with."""
