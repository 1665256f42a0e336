"""Taking bins and SKUs out of use, and using them again."""
