"""Draws the images of latents: python3 generate.py MODEL Z.npy IMAGES.npy

Z.npy: [N, L], for instance what embed.py wrote; IMAGES.npy: float32 [N, C, H, W], values in [0, 1].
"""

import os
import sys

import numpy as np
import onnxruntime as ort

if len(sys.argv) != 4:
    sys.exit(__doc__)
model, latents, target = sys.argv[1:]

session = ort.InferenceSession(os.path.join(model, "decoder.onnx"))
(x,) = session.run(["x"], {"z": np.load(latents).astype(np.float32)})

np.save(target, x)
print(f"{x.shape[0]} images of shape {x.shape[1:]} in {target}")
