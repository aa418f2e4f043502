"""What a database that came back from a backup does before it is served from. No word of the domain but `programme`."""
