"""Counting objects: candidates, questions about them, and the estimate from the answers."""
