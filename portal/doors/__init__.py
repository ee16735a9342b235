"""Letting in: sessions, passwords, tickets and the limits at the doors."""
