"""What a check found, as one typed record: results, and findings with their renderings."""
