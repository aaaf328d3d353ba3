// Embeds images: node embed.mjs MODEL IMAGES.npy Z.npy
// IMAGES.npy: float32 [N, C, H, W] or [N, H, W] for one channel, values in [0, 1]; Z.npy: means [N, L].
import path from 'node:path';
import * as ort from 'onnxruntime-web';
import { readNpy, writeNpy } from './npy.mjs';

const [model, images, target] = process.argv.slice(2);
if (!target) {
  console.error('usage: node embed.mjs MODEL IMAGES.npy Z.npy');
  process.exit(2);
}

// What is wrong with a file is one line, too.
process.on('uncaughtException', (e) => {
  console.error(`embed: ${e.message}`);
  process.exit(1);
});

const session = await ort.InferenceSession.create(path.join(model, 'encoder.onnx'));
const { shape, values } = readNpy(images);
const dims = shape.length === 3 ? [shape[0], 1, shape[1], shape[2]] : shape;
const { mean } = await session.run({ x: new ort.Tensor('float32', values, dims) });

writeNpy(target, mean.dims, mean.data);
console.log(`${mean.dims[0]} embeddings of ${mean.dims[1]} numbers in ${target}, the first:`);
console.log([...mean.data.slice(0, mean.dims[1])].map((v) => v.toFixed(3)).join(' '));
