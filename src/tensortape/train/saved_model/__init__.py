"""`tf.saved_model`: modules and their traced functions in a folder, in a format of our own.

The format is described in `docs/saving.md`. What a file says is data: operations are looked up by
name in the registry, and nothing in a file can name anything else.
"""
