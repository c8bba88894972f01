"""The parts of a network: activations, losses, layers, initialisers, parameters, file format."""
