"""The sending agent: who would be reached, planning, batches under the daily limit."""
