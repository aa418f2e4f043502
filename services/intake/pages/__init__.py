"""The public page of each programme, in all its languages, also after its end."""
