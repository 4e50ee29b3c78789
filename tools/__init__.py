"""Tools: plain functions that measure, and the contract they share."""
