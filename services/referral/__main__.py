"""`python -m services.referral serve|migrate|rewind|progress|dead-letters`."""

import sys

from libs.edge.main import main
from services.referral.app import build

if __name__ == "__main__":
    sys.exit(main("referral", build))
