"""What happened to whom in the demo, one file for each of the people or places it happened to."""
