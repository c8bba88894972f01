"""The runs of journals: found, listed, shown, compared, deleted, and given to other programs."""
