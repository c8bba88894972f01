"""A spreadsheet that computes a step: what is given in coloured cells, all else by formulas."""
