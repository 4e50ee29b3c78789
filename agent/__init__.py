"""The loop: plan, act, weigh, answer, check."""
