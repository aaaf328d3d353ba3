import { BrowserEngine } from './browser.js';
import { PageError } from './errors.js';
import { Explorer } from './explorer.js';
import { Facts } from './facts.js';
import { onPictures } from './intake.js';
import { clearErrors, showError } from './notices.js';
import { Service } from './service.js';
import { StaticModel } from './static-model.js';

const byId = (id) => document.getElementById(id);
const WHERE = { service: 'on the service', browser: 'in this browser' };

/** What `page.json` says: where the models are, and whether ONNX Runtime for browsers is here. */
let config;
let source;
let explorer = null;
let mode;
let modelName = null;
let loading = 0;

async function start() {
  config = await fetchConfig();
  source = config.service ? new Service(new URL(config.service, document.baseURI)) : new StaticModel(config);
  const wanted = new URLSearchParams(location.search);
  modelName = wanted.get('model');
  mode = config.service && !(wanted.get('mode') === 'browser' && config.runtime) ? 'service' : 'browser';
  setUpModes();
  byId('model').onchange = () => {
    modelName = byId('model').value;
    openModel();
  };
  onPictures(open, onError);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => explorer?.paint());
  addEventListener('resize', () => explorer?.facts.isVector && explorer.paint());
  await openModel();
}

async function fetchConfig() {
  try {
    const answer = await fetch(new URL('page.json', document.baseURI), { cache: 'no-cache' });
    if (!answer.ok) throw new Error(`the answer is ${answer.status}`);
    const found = await answer.json();
    return { ...found, runtime: (await isThere(found.runtime)) ? found.runtime : null };
  } catch (e) {
    throw new PageError(
      'The page does not find its settings.',
      `page.json: ${e.message}. Expected it beside index.html: write the page's folder again, or copy it whole.`,
      'gone'
    );
  }
}

/** Whether ONNX Runtime for browsers came with the page: a build without npm lacks it. */
async function isThere(runtime) {
  const answer = await fetch(new URL(`${runtime}ort.wasm.min.js`, document.baseURI), { method: 'HEAD' });
  return answer.ok;
}

function setUpModes() {
  byId('mode-service').disabled = !config.service;
  byId('mode-browser').disabled = !config.runtime;
  byId('modes').hidden = !config.service;
  if (!config.runtime) {
    byId('modes').title = 'This build came without ONNX Runtime for browsers';
    byId('about').textContent += ' Computing in the browser was not built in: that needs npm when betavae is built.';
  }
  for (const name of Object.keys(WHERE)) {
    byId(`mode-${name}`).onchange = () => changeMode(name);
  }
  showMode();
}

function showMode() {
  byId(`mode-${mode}`).checked = true;
  const url = new URL(location.href);
  if (config.service && mode === 'browser') url.searchParams.set('mode', mode);
  else url.searchParams.delete('mode');
  if (modelName) url.searchParams.set('model', modelName);
  history.replaceState(null, '', url);
}

function showModels(names, chosen) {
  byId('model-choice').hidden = names.length < 2;
  byId('model').replaceChildren(...names.map((n) => new Option(n, n, n === chosen, n === chosen)));
}

async function changeMode(wanted) {
  const earlier = mode;
  mode = wanted;
  try {
    if (explorer) await withBusy(async () => replaceEngine(await openEngine(explorer.facts), wanted));
    else await openModel();
    clearErrors();
  } catch (e) {
    if (mode === wanted) mode = earlier;
    onError(e);
  }
  showMode();
}

function replaceEngine(engine, wanted) {
  if (mode !== wanted) {
    engine.close();
    return;
  }
  const old = explorer.engine;
  explorer.continueOn(engine, WHERE[mode]);
  if (old !== engine) old.close();
  explorer.say(`Computing ${WHERE[mode]} now`);
}

/** Opens the chosen model anew, and with it all that the page shows. */
async function openModel() {
  const turn = ++loading;
  clearErrors();
  try {
    await withBusy(async () => {
      const description = await source.describe(modelName);
      const facts = new Facts(description, description.name);
      const engine = await openEngine(facts);
      if (turn !== loading) {
        engine.close();
        return;
      }
      if (explorer && explorer.engine !== engine) explorer.engine.close();
      showModels(description.models ?? [], facts.name);
      showFacts(facts);
      explorer = new Explorer(facts, engine, WHERE[mode], onError);
      showMode();
    });
  } catch (e) {
    if (!explorer) byId('title').textContent = 'No model';
    onError(e);
  }
}

function showFacts(facts) {
  byId('title').textContent = facts.name || 'A model';
  document.title = `${facts.name || 'A model'} · betavae`;
  byId('facts').textContent = facts.text;
  const words = facts.isVector ? 'Drop a file of numbers to embed it.' : 'Drop or paste a picture to embed it.';
  byId('drop-text').textContent = facts.hasEncoder
    ? words
    : 'This model has no encoder: nothing can be embedded.';
  byId('choose').hidden = !facts.hasEncoder;
  byId('file').accept = facts.isVector ? '.csv,.txt,.json,text/*' : 'image/*';
  byId('drop').hidden = false;
  byId('latents-hint').textContent = facts.kl
    ? 'The most informative first. What one carries is its KL divergence in nats.'
    : 'The model does not say how much each one carries.';
}

async function openEngine(facts) {
  if (mode === 'browser' && !config.runtime) {
    throw new PageError(
      'ONNX Runtime for browsers is missing.',
      "Expected its files in the folder ort beside index.html. Copy the page's folder as a whole."
    );
  }
  if (mode === 'service') {
    source.use(facts.name || null);
    return source;
  }
  const [encoder, decoder] = await Promise.all([
    facts.hasEncoder ? source.weights('encoder', facts.name) : null,
    facts.hasDecoder ? source.weights('decoder', facts.name) : null,
  ]);
  const engine = new BrowserEngine(new URL(config.runtime, document.baseURI));
  try {
    await engine.load(encoder, decoder, {
      shape: facts.shape,
      latents: facts.latents,
      likelihood: facts.likelihood,
      names: source.names,
    });
    return engine;
  } catch (e) {
    engine.close();
    throw e;
  }
}

async function withBusy(work) {
  document.body.setAttribute('aria-busy', 'true');
  byId('status').textContent = mode === 'browser' ? 'Loading the model and ONNX Runtime into this browser …' : '';
  try {
    await work();
  } finally {
    document.body.removeAttribute('aria-busy');
    if (byId('status').textContent.startsWith('Loading')) byId('status').textContent = '';
  }
}

async function open(file) {
  if (!explorer) return;
  if (!explorer.facts.hasEncoder) {
    throw new PageError('This model has no encoder.', 'Expected one to embed a picture. Open it with its encoder.onnx.');
  }
  clearErrors();
  await explorer.open(file);
}

/** Words for an error, with what the page can do about it. */
function onError(thrown) {
  const error = PageError.of(thrown);
  const again = () => (explorer ? explorer.continueOn(explorer.engine, explorer.where) : openModel());
  if (error.kind === 'token') {
    showError(error, [
      {
        run: (token) => {
          source.token = token;
          again();
        },
      },
    ]);
    return;
  }
  const actions = [];
  if (error.kind === 'gone' || error.kind === 'busy') {
    actions.push({ label: 'Try again', run: config ? again : () => location.reload() });
  }
  showError(error, actions);
}

/** For a console: what is shown, in full precision, and a way to go anywhere. */
globalThis.betavae = {
  get values() {
    return explorer?.values ?? null;
  },
  get latents() {
    return explorer?.z ?? null;
  },
  get idle() {
    return explorer?.idle ?? false;
  },
  moveTo(z) {
    explorer.moveTo(Float32Array.from(z), 'Moved');
  },
};

start().catch((e) => {
  byId('title').textContent = 'No model';
  onError(e);
});
