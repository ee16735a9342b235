"""What people do with the portal, done in a real Chromium."""
