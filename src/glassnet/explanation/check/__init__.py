"""The independent check of the gradients, which shares no code with what computed them."""
