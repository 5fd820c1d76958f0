"""What is done with chat starters: written and submitted, synchronised with Meta, associated with fields."""
