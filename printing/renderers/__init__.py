"""(document, media) to bytes. Pure: no clock, no file, no row; same facts, same bytes."""
