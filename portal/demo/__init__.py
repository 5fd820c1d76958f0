"""A company to try the portal with. Everybody in it is invented."""
