"""Mathematics of a text: its formulas in Markdown, and each formula as plain text."""
