"""The page: a network to look at, to touch, and to train in a browser."""
