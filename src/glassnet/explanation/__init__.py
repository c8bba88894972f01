"""Explanations: from the numbers of one step to a document that shows each of them."""
