"""The equations of a step: forward, backward, update, paths."""
