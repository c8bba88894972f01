"""Import of models from other libraries, each of which is loaded only when needed."""
