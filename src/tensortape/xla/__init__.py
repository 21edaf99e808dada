"""Programs compiled with XLA, through JAX: the extra ``tensortape[xla]``.

No other folder imports JAX, and JAX is imported when the first program is compiled.
"""
