"""What people do, on both databases."""
