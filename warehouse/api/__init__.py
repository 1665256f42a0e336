"""JSON for machines, versioned."""
