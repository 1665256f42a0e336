"""Where the pieces of a lot are and where they went, and stopping a lot that must not be sold."""
