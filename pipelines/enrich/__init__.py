"""What a text says: its language, and the names in it."""
