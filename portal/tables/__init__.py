"""Tables that people make with spreadsheets, read with care and written so that nothing in them runs."""
