"""Conversations, messages and the ledger of what goes out."""
