"""Train, predict, explain, report and demo on tables and files, for Python and command line."""
