"""Goods that come in: suppliers, what was ordered of them, counting, booking, and exchange."""
