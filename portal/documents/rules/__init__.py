"""Pure rules of documents: the wildcards, the markup of the text, and the content that fills it."""
