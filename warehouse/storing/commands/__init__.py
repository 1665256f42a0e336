"""Goods from one bin into another: by hand at a tablet, by word at a desk."""
