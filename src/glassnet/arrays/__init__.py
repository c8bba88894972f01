"""What Network.fit needs of arrays: inputs, targets, sample weights, metrics, splits."""
