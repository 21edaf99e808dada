"""Digits drawn by a small program: 8x8 pictures of 0-9, shifted, of varying strength, with noise.

The other examples take their pictures from here, so none of them needs a download.
"""

import numpy as np

# Seven rows of five pixels for each digit, every row a number of five bits.
FONT = """
0e 11 13 15 19 11 0e   04 0c 04 04 04 04 0e   0e 11 01 02 04 08 1f   1f 02 04 02 01 11 0e
02 06 0a 12 1f 02 02   1f 10 1e 01 01 11 0e   06 08 10 1e 11 11 0e   1f 01 02 04 08 08 08
0e 11 11 0e 11 11 0e   0e 11 11 0f 01 02 0c
"""
ROWS = np.array([int(row, 16) for row in FONT.split()]).reshape(10, 7)
GLYPHS = (ROWS[:, :, None] >> np.arange(4, -1, -1)) & 1


def draw(n, seed=0, noise=0.25):
    """Pictures (n, 8, 8, 1) with values in [0, 1], and their labels (n,)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, n)
    pictures = np.zeros((n, 8, 8))
    for picture, label in zip(pictures, labels):
        down, right = rng.integers(0, 2), rng.integers(0, 4)
        picture[down : down + 7, right : right + 5] = GLYPHS[label] * rng.uniform(0.6, 1.0)
    pictures += noise * rng.normal(size=pictures.shape)
    return np.clip(pictures, 0, 1)[..., None].astype("float32"), labels.astype("int32")


if __name__ == "__main__":
    for row in np.concatenate(draw(6, noise=0.1)[0], axis=1)[..., 0]:
        print("".join(" .:*#"[int(4 * value)] for value in row))
