"""The pages of an explanation: a step, one weight, one unit."""
