"""The image store: places, scenes, pixels, map features and the database."""
