"""Operations that arrange elements: shapes, order, joining, splitting, slicing."""
