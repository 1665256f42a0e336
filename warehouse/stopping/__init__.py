"""Taking the goods of a stopped order out of the flow, from whichever station it has reached."""
