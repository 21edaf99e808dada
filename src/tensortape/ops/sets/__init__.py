"""Sets: the distinct numbers along the last axis."""
