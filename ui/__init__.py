"""The chat in the browser: conversation, viewer, evidence, record."""
