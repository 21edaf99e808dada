"""How long a fresh process takes to be of use."""

from workloads._startup import functions, seconds

TITLE = "time of the import, or of import and first gradient step, in a fresh process"
CASES = {
    "import-time": {"until": "import"},
    "first-gradient-time": {"until": "gradient"},
}
FRESH = True
TARGETS = {"import-time": {"tensorflow": 15}}
globals().update(functions(seconds))
