"""What a network is: activations, costs, layers, initial weights, parameters, the file format."""
