"""SKUs and their barcodes, bins and zones, totes and carts, carton types, stations."""
