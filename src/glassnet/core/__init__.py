"""What everything stands on: given numbers checked, random numbers, memory."""
