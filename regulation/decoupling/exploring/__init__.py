"""The explorer: what the record says around one party, drawn and as a table. For regulators alone."""
