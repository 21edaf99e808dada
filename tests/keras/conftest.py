"""The programs run in a process of their own, not by being imported."""

collect_ignore = ["programs.py", "text_layers.py"]
