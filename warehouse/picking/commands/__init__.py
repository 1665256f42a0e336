"""What a picker does: takes a wave, binds totes, confirms bins and items, reports, undoes."""
