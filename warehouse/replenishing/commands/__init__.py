"""What is done to keep the pick face filled, by intent."""
