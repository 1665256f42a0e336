"""Kits: SKUs put together of others, and taken apart again."""
