"""The fitting room: a brand tried on over the demo world, to check it and to look at it."""
