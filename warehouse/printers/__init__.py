"""Printers and papers as people handle them: each act a command with a trail."""
