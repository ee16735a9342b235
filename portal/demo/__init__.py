"""The demo: a believable world of people, products, tickets and years of history."""
