"""The vendor's back office: what only the vendor's own people reach."""
