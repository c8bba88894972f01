"""Tables: read, encoded, split, and made into examples."""
