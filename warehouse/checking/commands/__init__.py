"""The second look, piece by piece, by another person than the picker."""
