"""Embeds images: python3 embed.py MODEL IMAGES.npy Z.npy

IMAGES.npy: [N, C, H, W] or [N, H, W] for one channel, values in [0, 1]; Z.npy: means, float32 [N, L].
"""

import os
import sys

import numpy as np
import onnxruntime as ort

if len(sys.argv) != 4:
    sys.exit(__doc__)
model, images, target = sys.argv[1:]

session = ort.InferenceSession(os.path.join(model, "encoder.onnx"))
x = np.load(images).astype(np.float32)
if x.ndim == 3:
    x = x[:, np.newaxis]
mean, log_var = session.run(["mean", "log_var"], {"x": x})

np.save(target, mean)
print(f"{mean.shape[0]} embeddings of {mean.shape[1]} numbers in {target}, the first:")
print(" ".join(f"{v:.3f}" for v in mean[0]))
