"""What people read: languages, catalogs, refusals and the brand."""
