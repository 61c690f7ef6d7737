"""Banks' statements beside the transfers recorded here: columns, rows, matching. Pure: no ORM, no clock."""
