"""What everything stands on: dtypes, tensors, variables, operations and their registry."""
