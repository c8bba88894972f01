"""Exercises: a step's lines as a sheet, and a student's numbers compared with it."""
