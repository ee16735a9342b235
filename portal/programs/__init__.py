"""What the calls of programs share: their wrapper, reading what they send, and the resources they read."""
