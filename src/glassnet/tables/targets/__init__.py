"""What a model predicts of a table, and how it becomes targets of a network and back."""
