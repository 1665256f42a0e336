"""Blocking a lot, letting it go again, mending its best-before."""
