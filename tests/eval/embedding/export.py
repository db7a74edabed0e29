#!/usr/bin/env python3
"""Write trained rows as the file that the server embeds: export.py IN.npz OUT.cemb.

CEMB1: the magic line, number of words and components (u32), a scale (f32) a word, the rows (i8),
the words joined by line feeds; little endian. Needs numpy.
"""
import hashlib
import struct
import sys

import numpy as np

trained = np.load(sys.argv[1])
rows, words = trained["E"].astype(np.float32), [str(it) for it in trained["words"]]
scale = np.maximum(np.abs(rows).max(1) / 127, 1e-12).astype("<f4")
small = np.clip(np.round(rows / scale[:, None]), -127, 127).astype(np.int8)
head = b"CEMB1\n" + struct.pack("<II", *rows.shape)
data = head + scale.tobytes() + small.tobytes() + "\n".join(words).encode()
with open(sys.argv[2], "wb") as file:
    file.write(data)
print(len(data), "bytes, sha256", hashlib.sha256(data).hexdigest())
