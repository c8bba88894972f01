"""The plan of a training: epochs, schedule, stopping, history. It knows nobody who watches."""
