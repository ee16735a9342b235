"""Screens that several routes show: facts, outlook and words put together for one page."""
