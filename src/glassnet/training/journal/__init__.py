"""The journal of a run: one file from which it goes on after any death, and is looked into."""
