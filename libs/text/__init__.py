"""Pure functions on text that several services need: no database, no network, no clock."""
