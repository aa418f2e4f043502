"""What a database that came back from a backup does before it is served from, and what takes erased bytes off its
disk. No word of the domain but `programme`."""
