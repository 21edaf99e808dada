"""The operations: kernel, derivative and samples side by side, one small file per family.

Every module below this folder is imported by itself, so a new operation touches one file.
"""
