import { PageError } from './errors.js';

/** Images a request: keeps answers quick, and below what a service accepts at once. */
const CHUNK = 64;
const TOKEN_KEY = 'betavae.token';
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The HTTP service; computes where it runs. */
export class Service {
  #base;
  #model = null;

  /** @param {URL} base of the paths `model`, `embed`, `generate` */
  constructor(base) {
    this.#base = base;
  }

  set token(token) {
    sessionStorage.setItem(TOKEN_KEY, token);
  }

  /** Description of a model; the service's first one without a name. */
  async describe(name) {
    const answer = await this.#fetch('model', {}, name);
    return answer.json();
  }

  /** Makes later calls go to this model. */
  use(name) {
    this.#model = name;
  }

  /** The bytes of `encoder` or `decoder`. */
  async weights(role, name) {
    const answer = await this.#fetch(`model/${role}.onnx`, {}, name);
    return { bytes: new Uint8Array(await answer.arrayBuffer()), data: [] };
  }

  /** The mean and the log-variance of one item. */
  async embed(x) {
    const answer = await this.#fetch('embed', {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream', Accept: 'application/json' },
      body: littleEndian(x),
    });
    const json = await answer.json();
    return { mean: flat(json.mean), logVar: flat(json.log_var) };
  }

  /** Items of latents [n, L]. */
  async decode(z, latents) {
    const parts = [];
    for (let i = 0; i < z.length; i += CHUNK * latents) {
      parts.push(await this.#decode(z.subarray(i, i + CHUNK * latents), latents));
    }
    return parts.length === 1 ? parts[0] : joined(parts);
  }

  async #decode(z, latents) {
    const rows = [];
    for (let i = 0; i < z.length; i += latents) {
      rows.push(Array.from(z.subarray(i, i + latents)));
    }
    const answer = await this.#fetch('generate', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/octet-stream' },
      body: JSON.stringify({ z: rows }),
    });
    if ((answer.headers.get('Content-Type') ?? '').startsWith('application/octet-stream')) {
      return fromLittleEndian(await answer.arrayBuffer());
    }
    return flat((await answer.json()).images);
  }

  close() {}

  async #fetch(path, options, name = this.#model) {
    const url = new URL(path, this.#base);
    if (name) url.searchParams.set('model', name);
    const headers = { ...options.headers };
    const token = sessionStorage.getItem(TOKEN_KEY);
    if (token) headers.Authorization = `Bearer ${token}`;
    let answer;
    try {
      answer = await fetch(url, { ...options, headers, cache: 'no-cache' });
    } catch (e) {
      throw new PageError(
        'The service does not answer.',
        `Expected an answer from ${url.origin}. Check that it still runs, then try again.`,
        'gone'
      );
    }
    if (!answer.ok) throw await problem(answer, path);
    return answer;
  }
}

/** An error in the service's own words. */
async function problem(answer, path) {
  let title = '';
  let detail = '';
  try {
    ({ title = '', detail = '' } = JSON.parse(await answer.text()));
  } catch (e) {
    // No problem document: the number says what is known.
  }
  if (answer.status === 401 || answer.status === 403) {
    return new PageError('The service asks for a token.', detail || title, 'token');
  }
  if (answer.status === 429 || answer.status === 503) {
    return new PageError(title || 'The service is busy.', detail || 'Wait a moment and try again.', 'busy');
  }
  if (answer.status === 502 || answer.status === 504) {
    return new PageError('The service does not answer.', detail || 'Check that it still runs, then try again.', 'gone');
  }
  return new PageError(
    title || `The service answered ${answer.status} to ${path}.`,
    detail || 'Expected 200. Check that the page and the service are of the same version.'
  );
}

function littleEndian(values) {
  if (LITTLE_ENDIAN) return values;
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((v, i) => view.setFloat32(i * 4, v, true));
  return view.buffer;
}

function fromLittleEndian(buffer) {
  if (LITTLE_ENDIAN) return new Float32Array(buffer);
  const view = new DataView(buffer);
  return Float32Array.from({ length: buffer.byteLength / 4 }, (_, i) => view.getFloat32(i * 4, true));
}

function flat(nested) {
  return Float32Array.from(nested.flat(Infinity));
}

function joined(parts) {
  const all = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
