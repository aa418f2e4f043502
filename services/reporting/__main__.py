"""`python -m services.reporting serve|migrate|rebuild|rewind|progress|dead-letters`."""

import sys

from libs.edge.main import main
from services.reporting.app import build
from services.reporting.figures.rebuild import rebuild

if __name__ == "__main__":
    sys.exit(main("reporting", build, extra={"rebuild": rebuild}))
