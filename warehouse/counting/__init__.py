"""Stock counts: shelves counted while they are worked, and the book set right by moves."""
