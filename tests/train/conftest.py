"""Programs that run in processes of their own, some with TensorFlow, not by being imported."""

collect_ignore = [
    "keras_programs.py",
    "kill.py",
    "record_checkpoints.py",
    "roundtrip_with_tensorflow.py",
]
