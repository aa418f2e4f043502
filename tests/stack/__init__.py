"""Real PostgreSQL and NATS for the tests: found or started once a session, and gone with it."""
