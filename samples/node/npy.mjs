// Float32 arrays as NumPy files (.npy), which betavae, Python and this sample all read and write.
import { readFileSync, writeFileSync } from 'node:fs';

const MAGIC = '\x93NUMPY';

/** Reads an array of float32, in C order: { shape, values }. */
export function readNpy(file) {
  const bytes = readFileSync(file);
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== MAGIC) {
    throw new Error(`${file}: no NumPy file, expected one with float32 values`);
  }
  // Version 1 has two bytes for the header's length, later ones four.
  const start = bytes[6] === 1 ? 10 : 12;
  const end = start + (bytes[6] === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  const header = bytes.toString('latin1', start, end);
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1].split(',').filter((n) => n.trim()).map(Number);
  if (!shape || !header.includes("'<f4'") || header.includes("'fortran_order': True")) {
    throw new Error(`${file}: its header is ${header.trim()}, expected float32 ('<f4') in C order`);
  }
  const count = shape.reduce((a, b) => a * b, 1);
  if (bytes.length !== end + 4 * count) {
    throw new Error(`${file}: ${bytes.length - end} bytes of values, expected ${4 * count} for shape ${shape}`);
  }
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    values[i] = bytes.readFloatLE(end + 4 * i);
  }
  return { shape, values };
}

/** Writes an array of float32. */
export function writeNpy(file, shape, values) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const start = Buffer.alloc(10);
  start.write(MAGIC, 'latin1');
  start[6] = 1;
  start.writeUInt16LE(length, 8);
  const body = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => body.writeFloatLE(value, 4 * i));
  writeFileSync(file, Buffer.concat([start, Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1'), body]));
}
