"""Values of bfloat16 and float8 take a slower path everywhere, so importing must not make any."""

import subprocess
import sys


def test_importing_leaves_the_fast_path():
    program = (
        "import tensortape; from tensortape.core.dtypes import ExtensionDtypes as e; "
        "raise SystemExit(e.active)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
