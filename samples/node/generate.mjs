// Draws the images of latents: node generate.mjs MODEL Z.npy IMAGES.npy
// Z.npy: float32 [N, L], for instance what embed.mjs wrote; IMAGES.npy: [N, C, H, W], values in [0, 1].
import path from 'node:path';
import * as ort from 'onnxruntime-web';
import { readNpy, writeNpy } from './npy.mjs';

const [model, latents, target] = process.argv.slice(2);
if (!target) {
  console.error('usage: node generate.mjs MODEL Z.npy IMAGES.npy');
  process.exit(2);
}

// What is wrong with a file is one line, too.
process.on('uncaughtException', (e) => {
  console.error(`generate: ${e.message}`);
  process.exit(1);
});

const session = await ort.InferenceSession.create(path.join(model, 'decoder.onnx'));
const { shape, values } = readNpy(latents);
const { x } = await session.run({ z: new ort.Tensor('float32', values, shape) });

writeNpy(target, x.dims, x.data);
console.log(`${x.dims[0]} images of shape ${x.dims.slice(1)} in ${target}`);
