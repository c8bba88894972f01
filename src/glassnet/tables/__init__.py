"""Tables: reading, encoding, splitting, and conversion to training examples."""
