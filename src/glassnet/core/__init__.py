"""The base of all packages: validation of arguments, random numbers, memory."""
