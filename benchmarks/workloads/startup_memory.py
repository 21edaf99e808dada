"""How much memory a fresh process holds."""

from workloads._startup import functions, resident_bytes

TITLE = "resident memory after the import, or after a first gradient step, in a fresh process"
CASES = {
    "import-memory": {"until": "import"},
    "first-gradient-memory": {"until": "gradient"},
}
FRESH = True
UNIT = "B"
TARGETS = {"import-memory": {"tensorflow": 5}}
globals().update(functions(resident_bytes))
