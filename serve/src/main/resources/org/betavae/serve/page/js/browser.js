import { PageError } from './errors.js';

/** Images a message to the worker: what is asked for next waits for no more than these. */
const CHUNK = 9;

/** The model in this browser: ONNX Runtime in a worker, so that the page stays at hand. */
export class BrowserEngine {
  #worker;
  #calls = new Map();
  #last = 0;

  /** @param {URL} runtime folder of ONNX Runtime's files */
  constructor(runtime) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => this.#settle(data);
    this.#worker.onerror = (event) => {
      event.preventDefault?.();
      this.#failAll(
        new PageError(
          'The model cannot be computed in this browser.',
          `${event.message || 'Its worker did not start'}. Use a browser of the last three years, or the service.`
        )
      );
    };
    this.runtime = runtime.href;
  }

  /**
   * Opens the model's files.
   *
   * @param {?{bytes: Uint8Array, data: {path: string, data: Uint8Array}[]}} encoder null for a model
   *     that only decodes
   * @param {?object} decoder the same; null for a model that only embeds
   * @param {object} about shape, latents, likelihood, and names where they are given
   */
  async load(encoder, decoder, about) {
    await this.#call('load', { runtime: this.runtime, encoder, decoder, about });
  }

  async embed(x) {
    return this.#call('embed', { x, urgent: true });
  }

  /** Items of latents [n, L]; one that is urgent goes before all that waits. */
  async decode(z, latents, urgent = false) {
    const chunks = [];
    for (let i = 0; i < z.length; i += CHUNK * latents) {
      chunks.push(this.#call('decode', { z: z.slice(i, i + CHUNK * latents), urgent }));
    }
    const parts = await Promise.all(chunks);
    if (parts.length === 1) return parts[0];
    const all = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
    parts.reduce((at, p) => (all.set(p, at), at + p.length), 0);
    return all;
  }

  close() {
    this.#worker.terminate();
    this.#failAll(new PageError('The model was closed.'));
  }

  #call(operation, payload) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#worker.postMessage({ id, operation, ...payload });
    });
  }

  #settle({ id, result, error }) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (!call) return;
    if (error) call.reject(new PageError(error.title, error.detail));
    else call.resolve(result);
  }

  #failAll(error) {
    this.#calls.forEach((call) => call.reject(error));
    this.#calls.clear();
  }
}
