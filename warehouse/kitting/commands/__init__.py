"""Saying what a kit is made of, putting kits together, taking them apart."""
