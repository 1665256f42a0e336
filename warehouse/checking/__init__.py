"""The second look, by another person."""
