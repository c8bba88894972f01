"""How weights change: optimizers, penalties, dropout, clipping."""
