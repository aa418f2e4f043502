"""What the services say to each other: facts, closed vocabularies, the envelope. No behaviour."""
