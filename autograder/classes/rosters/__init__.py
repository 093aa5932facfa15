"""Who belongs to a class: students with their identifiers, extensions and submission times."""
