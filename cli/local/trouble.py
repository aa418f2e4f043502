"""What goes wrong on somebody's laptop, said so that the next step is clear."""


class Trouble(Exception):
    """One or two sentences for the person at the terminal: what is in the way and what to do next. Never a secret."""
