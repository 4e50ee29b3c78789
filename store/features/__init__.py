"""Vector features: sets in memory, layers on disk."""
