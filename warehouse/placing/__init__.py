"""Where goods may stand and had best be put, and why somebody did otherwise; books nothing."""
