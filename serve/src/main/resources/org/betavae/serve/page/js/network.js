import { PageError } from './errors.js';

/** Shows that an output's first size follows the batch; 1 would not. */
const PROBE_BATCH = 2;

/** One open file: its input, its outputs with their true sizes, and how many items it takes at once. */
export class Network {
  #ort;
  #session;
  #input;
  #batch;
  #wanted = [];
  #how = {};

  constructor(ort, session, input, batch, outputs) {
    this.#ort = ort;
    this.#session = session;
    this.#input = input;
    this.#batch = batch;
    this.outputs = outputs;
  }

  /** Runs the file once, with a batch that it accepts. */
  static async probe(ort, session, name, item) {
    const declared = session.inputMetadata?.find((m) => m.name === name)?.shape ?? [];
    const fixed = typeof declared[0] === 'number' && declared[0] > 0 ? declared[0] : 0;
    const dims = itemDims(declared.slice(1), item);
    let failure = null;
    for (const batch of fixed ? [fixed] : [PROBE_BATCH, 1]) {
      try {
        const size = dims.reduce((a, b) => a * b, 1);
        const x = new ort.Tensor('float32', new Float32Array(batch * size), [batch, ...dims]);
        const outputs = specs(await session.run({ [name]: x }), batch);
        if (outputs.length) {
          const input = { name, dims, size, channelsLast: isChannelsLast(dims, item) };
          // Zero: any number of items at once.
          return new Network(ort, session, input, fixed || batch === 1 ? batch : 0, outputs);
        }
      } catch (e) {
        failure ??= e;
      }
    }
    throw new PageError(
      'The model cannot be run in this browser.',
      `${failure?.message ?? 'No output follows the batch'}. Expected a float32 input [N, ${item.join(', ')}]. Export it again, or use the service.`
    );
  }

  /**
   * The same network, giving these outputs.
   *
   * @param {object} how `turnInput`: images come as [C, H, W]; `shape`: the output is an image of this
   *     shape; `sigmoid`: the output is logits
   */
  returning(outputs, how) {
    const network = new Network(this.#ort, this.#session, this.#input, this.#batch, outputs);
    network.#wanted = outputs.map((o) => o.name);
    network.#how = how;
    return network;
  }

  /** Each wanted output for items [n, ...], as flat arrays. */
  async run(values) {
    const { name, dims, size, channelsLast } = this.#input;
    const n = values.length / size;
    const given = this.#how.turnInput && channelsLast ? turned(values, dims, false) : values;
    const step = this.#batch || n;
    const results = this.outputs.map((o) => new Float32Array(n * o.size));
    for (let i = 0; i < n; i += step) {
      const part = new Float32Array(step * size);
      part.set(given.subarray(i * size, Math.min(n, i + step) * size));
      const x = new this.#ort.Tensor('float32', part, [step, ...dims]);
      const made = await this.#session.run({ [name]: x }, this.#wanted);
      this.outputs.forEach((o, k) => {
        const count = Math.min(step, n - i) * o.size;
        results[k].set(made[o.name].data.subarray(0, count), i * o.size);
        made[o.name].dispose();
      });
    }
    return results.map((r, k) => this.#finished(r, this.outputs[k].dims.slice(1)));
  }

  #finished(values, dims) {
    const { shape, sigmoid } = this.#how;
    const result = shape && isChannelsLast(dims, shape) ? turned(values, dims, true) : values;
    if (sigmoid) {
      for (let i = 0; i < result.length; i++) result[i] = 1 / (1 + Math.exp(-result[i]));
    }
    return result;
  }
}

/** The outputs whose first size is the batch. */
function specs(results, batch) {
  return Object.entries(results)
    .filter(([, t]) => t.type === 'float32' && t.dims.length >= 2 && t.dims[0] === batch)
    .map(([name, t]) => ({ name, dims: [...t.dims], size: t.data.length / batch }));
}

/** Sizes of one item as the file wants them: its own where it says them. */
function itemDims(declared, item) {
  const size = item.reduce((a, b) => a * b, 1);
  if (declared.length && declared.every((d) => typeof d === 'number' && d > 0)) return declared;
  if (declared.length === 1) return [size];
  if (declared.length === item.length) return declared.map((d, i) => (typeof d === 'number' && d > 0 ? d : item[i]));
  return item;
}

/** Whether sizes [H, W, C] are those of an image [C, H, W]. */
function isChannelsLast(dims, shape) {
  if (dims.length !== 3 || shape.length !== 3 || shape[0] === 1) return false;
  const [c, h, w] = shape;
  const first = dims[0] === c && dims[1] === h && dims[2] === w;
  return !first && dims[0] === h && dims[1] === w && dims[2] === c;
}

/** Items [H, W, C] to [C, H, W], or back. */
function turned(values, [h, w, c], toFirst) {
  const result = new Float32Array(values.length);
  const plane = h * w;
  for (let start = 0; start < values.length; start += plane * c) {
    for (let p = 0; p < plane; p++) {
      for (let k = 0; k < c; k++) {
        const last = start + p * c + k;
        const first = start + k * plane + p;
        if (toFirst) result[first] = values[last];
        else result[last] = values[first];
      }
    }
  }
  return result;
}
