"""`python -m services.review serve|migrate|rewind|progress|dead-letters`."""

import sys

from libs.edge.main import main
from services.review.app import build

if __name__ == "__main__":
    sys.exit(main("review", build))
