"""What the API answers and the command line prints: one module per subject, schema beside data."""
