"""What the faces offer: train, evaluate, predict, explain and demo, on tables and files."""
