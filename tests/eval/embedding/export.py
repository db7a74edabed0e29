#!/usr/bin/env python3
"""Write trained rows as the file that the server embeds: export.py IN.npz OUT.cemb. Needs numpy."""
import hashlib, struct, sys
import numpy as np

z = np.load(sys.argv[1]); E = z["E"].astype(np.float32); words = [str(w) for w in z["words"]]
scale = np.maximum(np.abs(E).max(1) / 127, 1e-12).astype("<f4"); rows = np.clip(np.round(E / scale[:, None]), -127, 127).astype(np.int8)
data = b"CEMB1\n" + struct.pack("<II", *E.shape) + scale.tobytes() + rows.tobytes() + "\n".join(words).encode()
open(sys.argv[2], "wb").write(data); print(len(data), "bytes, sha256", hashlib.sha256(data).hexdigest())
