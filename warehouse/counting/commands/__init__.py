"""The acts of a stock count."""
