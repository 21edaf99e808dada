"""Runs workloads on several libraries side by side and compares what they took."""
