"""What vouches for a license: tickets, keys, secrets at rest, signed files, documents and answers."""
