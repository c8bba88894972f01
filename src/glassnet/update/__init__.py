"""How weights change: small records that engine and explanation both read."""
