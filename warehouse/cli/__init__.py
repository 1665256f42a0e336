"""The command line: one click group per subject."""
