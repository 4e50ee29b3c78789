"""Served models: a chat model that steers, and eyes that read pictures; neither ever measures."""
