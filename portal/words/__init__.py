"""Codes become sentences: what the rules, the refusals and the events say, in the words of people."""
