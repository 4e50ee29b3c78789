"""The viewer: scenes as tiles of their own pixels, with what was found drawn on them."""
