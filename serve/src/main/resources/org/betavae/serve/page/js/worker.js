import { PageError } from './errors.js';
import { Network } from './network.js';
import * as roles from './roles.js';

let encoder = null;
let decoder = null;

const operations = {
  async load({ runtime, encoder: encoderFiles, decoder: decoderFiles, about }) {
    const ort = await openRuntime(runtime);
    if (encoderFiles) encoder = await openEncoder(ort, encoderFiles, about);
    if (decoderFiles) decoder = await openDecoder(ort, decoderFiles, about);
  },
  async embed({ x }) {
    const [mean, logVar] = await encoder.run(x);
    return { mean, logVar };
  },
  async decode({ z }) {
    const [images] = await decoder.run(z);
    return images;
  },
};

// One after another, as ONNX Runtime in a browser needs it; the picture in hand before all others.
const waiting = [];
let busy = false;

self.onmessage = ({ data }) => {
  waiting.push(data);
  if (!busy) work();
};

async function work() {
  busy = true;
  while (waiting.length) {
    const first = waiting.findIndex((call) => call.urgent);
    const [call] = waiting.splice(Math.max(0, first), 1);
    try {
      self.postMessage({ id: call.id, result: await operations[call.operation](call) });
    } catch (e) {
      const { title, detail } = PageError.of(e);
      self.postMessage({ id: call.id, error: { title, detail } });
    }
    await messagesIn();
  }
  busy = false;
}

/** Lets messages in that came meanwhile; a timer would wait for 4 ms. */
function messagesIn() {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resume) => {
    port2.onmessage = () => {
      port1.close();
      resume();
    };
    port1.postMessage(null);
  });
}

async function openRuntime(folder) {
  try {
    const ort = await import(new URL('ort.wasm.min.js', folder).href);
    // Threads need cross-origin isolation, which a plain server does not give.
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = {
      mjs: new URL('ort-wasm-simd-threaded.js', folder).href,
      wasm: new URL('ort-wasm-simd-threaded.wasm', folder).href,
    };
    return ort;
  } catch (e) {
    throw new PageError(
      'ONNX Runtime for browsers cannot be loaded.',
      `${e.message}. Expected it in ${folder}: write the page's folder again, or copy it whole.`
    );
  }
}

async function openSession(ort, { bytes, data }, what) {
  try {
    return await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], externalData: data });
  } catch (e) {
    throw new PageError(
      `The ${what} cannot be opened in this browser.`,
      `${e.message}. Expected an ONNX file of at most opset 23 with weights inside it. Export the model again, or use the service.`
    );
  }
}

async function openEncoder(ort, files, about) {
  const session = await openSession(ort, files, 'encoder');
  const input = roles.input(session.inputNames, about.names?.input, 'encoder');
  const network = await Network.probe(ort, session, input, about.shape, about.latents);
  const [mean, logVar] = roles.latents(network.outputs, about.names ?? {}, about.latents);
  return network.returning([mean, logVar], { turnInput: true });
}

async function openDecoder(ort, files, about) {
  const session = await openSession(ort, files, 'decoder');
  const input = roles.input(session.inputNames, about.names?.latent, 'decoder');
  const size = about.shape.reduce((a, b) => a * b, 1);
  const network = await Network.probe(ort, session, input, [about.latents], size);
  const images = roles.images(network.outputs, about.names ?? {}, size);
  const bernoulli = !about.likelihood || about.likelihood.toLowerCase() === 'bernoulli';
  const sigmoid = roles.isLogits(images.name) && (bernoulli || network.outputs.length === 1);
  return network.returning([images], { shape: about.shape, sigmoid });
}
