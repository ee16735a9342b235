"""The interface for programs, with a real client and with bad ones."""
