"""The independent check of the gradients, which shares no line with what computed them."""
