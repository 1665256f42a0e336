"""Paper: documents as facts, renderers to bytes, transports to printers, and the queue between."""
