"""Operations that read and write at positions given by tensors."""
