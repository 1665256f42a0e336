"""Pure optimisation; knows no table."""
