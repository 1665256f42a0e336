"""Taking in what shops say: new orders, changes of known ones, stops for those in work."""
