"""The interface for programs, below /api/v1: compatible with Keygen clients."""
