"""The weeks of the term: what is handed in, typed and shown, and what has to be so."""
