"""Read-only questions, answered as frozen facts."""
