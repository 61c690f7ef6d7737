"""Awards of the past judged again, and the designation detector over them."""
