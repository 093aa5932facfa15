"""What an author of an exercise can get wrong: found for `gradus check`, each with its fix."""
