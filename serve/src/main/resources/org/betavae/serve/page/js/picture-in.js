import { PageError } from './errors.js';

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_SIDE = 4096;

/**
 * Reads a picture as the model sees it: resized to its input (the aspect is not kept), gray by
 * ITU-R BT.601 luma where it has one channel, transparent parts over black. The same as the Java
 * readers do.
 *
 * @returns {Promise<Float32Array>} [C, H, W] in [0, 1]
 */
export async function readPicture(blob, shape) {
  const name = blob.name ? `'${blob.name}'` : 'What was given';
  const [channels, height, width] = shape;
  if (channels !== 1 && channels !== 3) {
    throw new PageError(
      `The model's images have ${channels} channels.`,
      'Pictures are read for models of 1 (gray) or 3 (colour) channels. Embed others with the command betavae embed.'
    );
  }
  if (blob.size > MOST_BYTES) {
    throw new PageError(
      `${name} has ${Math.round(blob.size / 2 ** 20)} MB.`,
      `Expected at most ${MOST_BYTES / 2 ** 20} MB. Shrink the picture first.`
    );
  }
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  } catch (e) {
    throw new PageError(
      `${name} is no picture that this browser can read.`,
      `It is ${blob.type ? `of type ${blob.type}` : 'of no known type'}, ${blob.size.toLocaleString('en')} bytes; expected a whole PNG, JPEG, GIF or WebP. Convert it first.`
    );
  }
  const levels = pixels(bitmap, channels);
  const sized = resize(levels.values, levels.height, levels.width, channels, height, width);
  const x = new Float32Array(channels * height * width);
  const plane = height * width;
  for (let p = 0; p < plane; p++) {
    for (let c = 0; c < channels; c++) {
      x[c * plane + p] = Math.round(sized[p * channels + c]) / 255;
    }
  }
  return x;
}

/** Levels 0..255, [height, width, channels]. */
function pixels(bitmap, channels) {
  const shrink = Math.min(1, MOST_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * shrink));
  const height = Math.max(1, Math.round(bitmap.height * shrink));
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const values = new Float32Array(width * height * channels);
  for (let i = 0, to = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3] / 255;
    const [r, g, b] = [rgba[i], rgba[i + 1], rgba[i + 2]].map((v) => Math.floor(v * alpha));
    if (channels === 1) {
      values[to++] = Math.floor((299 * r + 587 * g + 114 * b + 500) / 1000);
    } else {
      values[to++] = r;
      values[to++] = g;
      values[to++] = b;
    }
  }
  return { values, width, height };
}

/** Resizes both axes by a triangle filter, widened when shrinking so that every pixel counts. */
export function resize(values, fromHeight, fromWidth, channels, height, width) {
  const narrow = filtered(values, fromHeight, fromWidth, channels, width);
  return filtered(narrow, 1, fromHeight, width * channels, height);
}

/** Filters the middle axis of [outer, from, inner]. */
function filtered(values, outer, from, inner, to) {
  if (from === to) return values;
  const result = new Float32Array(outer * to * inner);
  const ratio = from / to;
  const reach = Math.max(1, ratio);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * ratio;
    const begin = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.max(begin + 1, Math.min(from, Math.ceil(centre + reach - 0.5)));
    const weights = Array.from({ length: end - begin }, (_, k) =>
      Math.max(0, 1 - Math.abs(begin + k + 0.5 - centre) / reach)
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    for (let o = 0; o < outer; o++) {
      const target = (o * to + i) * inner;
      for (let k = 0; k < weights.length; k++) {
        const source = (o * from + begin + k) * inner;
        const weight = weights[k] / sum;
        for (let j = 0; j < inner; j++) result[target + j] += weight * values[source + j];
      }
    }
  }
  return result;
}

/** Reads the first row of numbers of a text file, for models of vectors. */
export function readVector(text, name, count) {
  const rows = text.trim().split(/\r?\n/).filter((line) => line.trim() && !/[a-df-z]/i.test(line.replace(/nan|infinity/gi, '')));
  const row = (rows.length === count ? rows.join(' ') : rows[0] ?? '').replace(/[[\],;]/g, ' ');
  const numbers = row.split(/\s+/).filter(Boolean).map(Number);
  if (numbers.length !== count || !numbers.every(Number.isFinite)) {
    throw new PageError(
      `${name} does not hold one vector of the model.`,
      `Found ${numbers.filter(Number.isFinite).length} numbers in its first row, expected ${count}, separated by commas or spaces. Give a .csv, .txt or .json file of numbers.`
    );
  }
  return Float32Array.from(numbers);
}
