"""Companies, people and logins."""
