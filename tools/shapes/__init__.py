"""Finding objects by shape and colour, with their physical size as the only prior knowledge."""
