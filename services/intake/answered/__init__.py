"""A question found and answered on the spot, recorded in one go through the gate of all others."""
