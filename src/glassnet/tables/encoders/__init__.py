"""Encoders: how columns become network inputs."""
