"""Random numbers, the same ones TensorFlow gives for the same seeds.

``philox`` makes the bits; ``distributions``, ``gamma``, ``poisson``, ``binomial``, ``truncated``,
``categorical`` and ``permutation`` make numbers of them, as functions on NumPy arrays;
``single`` and ``double`` have the elementary functions behind them, rounded as TensorFlow's;
``stateful``, ``stateless`` and ``generator`` are the public functions.
"""
