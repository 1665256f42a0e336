"""The day in figures: added up from what the other slices wrote, nothing kept of its own."""
