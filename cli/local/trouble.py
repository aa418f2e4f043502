"""What goes wrong on somebody's laptop, said so that the next step is clear."""


class Trouble(Exception):
    """One or two sentences for the person at the terminal: what is in the way and what to do next. Never a secret."""


def first_trouble(failures: BaseException) -> BaseException:
    """The first trouble among tasks that failed together, or else whatever failed first."""
    if not isinstance(failures, BaseExceptionGroup):
        return failures
    troubles = failures.subgroup(Trouble) or failures
    return first_trouble(troubles.exceptions[0])
