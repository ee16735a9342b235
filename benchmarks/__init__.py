"""What the portal costs: measured over real sockets, beside what the same work costs on bare parts."""
