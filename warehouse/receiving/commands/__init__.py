"""What is done with goods that come in, by intent."""
