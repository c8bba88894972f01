"""What the text of a cell says: a number, a date, a truth value, or nothing."""
