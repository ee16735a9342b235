"""What the demo promises, held."""
