"""Parts are broken on purpose, on durable servers of their own; what holds is checked by conservation."""
