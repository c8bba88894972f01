"""Training: the loop over steps, schedules, early stopping, history."""
