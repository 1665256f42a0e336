"""Reading what shops and platforms send; knows no table of the warehouse."""
