"""Readings, expected weight, tolerance."""
