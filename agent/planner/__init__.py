"""Planners: from a question to an inquiry, from inquiry and ledger to the next calls."""
