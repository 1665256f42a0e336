"""Stock on its way inside the house: put-away, moves, adjustments, scrap, quarantine."""
