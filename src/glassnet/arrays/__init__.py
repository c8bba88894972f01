"""Arrays given to Network.fit: inputs, targets, sample weights; metrics, splits."""
