"""Later: the queue, the worker that empties it, and the answers that are kept for calls that come twice."""
