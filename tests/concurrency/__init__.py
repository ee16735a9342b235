"""Many at once, through the real server."""
