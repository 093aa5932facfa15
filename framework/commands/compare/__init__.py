"""`gradus compare`. command: trains families of models. view: tables, JSON and pictures."""
