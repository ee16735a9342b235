"""What the portal does later and by itself."""
