"""Graph mode: functions, symbolic tensors, control flow."""
