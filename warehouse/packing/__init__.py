"""Parcels, cartons and packing slips."""
