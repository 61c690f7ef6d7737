"""Interests in and out: BODS 0.4 and tables of interests."""
