"""One module per station or desk; HTML over the wire."""
