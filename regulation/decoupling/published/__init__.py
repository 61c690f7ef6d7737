"""What the room tells everyone: the rules, what was found in numbers, and the worked example on history."""
