"""Reading of table files, data frames and images."""
