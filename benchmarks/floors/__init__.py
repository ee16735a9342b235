"""The floors: the same work on bare parts, behind the same framework and the same server."""
