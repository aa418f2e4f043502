"""The parts on one machine: PostgreSQL, NATS, the development issuer and the four services, without Docker and without
root."""
