"""Operations that reduce, accumulate and order elements along axes."""
