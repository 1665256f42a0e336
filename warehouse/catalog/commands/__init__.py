"""Making and changing what the warehouse knows: goods with their barcodes, places, equipment."""
