"""Enough, not too much: what may be sold, when to buy, how much, and what nobody buys."""
