"""Examining gradients: what was computed where, with which values, and what flowed back.

Nothing imports this package; it subscribes to the events of ``tensortape.core.events``.

>>> import tensortape as tf
>>> from tensortape.examine.session import ReportSession
>>> with ReportSession(title="a cube") as session:
...     x = tf.Variable(2.0)
...     with tf.GradientTape() as tape:
...         y = x * x * x
...     dy_dx = tape.gradient(y, x)
>>> report = session.report()
>>> [op.type for op in report.groups[0].ops]
['Mul', 'Mul']
"""
