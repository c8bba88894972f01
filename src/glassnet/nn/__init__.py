"""What a network is: activations, losses, layers, initial weights, parameters, the file format."""
