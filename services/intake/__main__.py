"""`python -m services.intake serve|migrate|rewind|progress|dead-letters`."""

import sys

from libs.edge.main import main
from services.intake.app import build

if __name__ == "__main__":
    sys.exit(main("intake", build))
