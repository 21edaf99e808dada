"""`python -m tensortape` is the command `tensortape`."""

from __future__ import annotations

import sys

from tensortape.cli import main

if __name__ == "__main__":
    sys.exit(main())
