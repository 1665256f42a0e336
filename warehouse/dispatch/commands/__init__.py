"""A number for the parcel, its label printed and scanned back, the courier's visit."""
