"""Reads of the sending agent: the people of a filter, and the dispatches with their progress."""
