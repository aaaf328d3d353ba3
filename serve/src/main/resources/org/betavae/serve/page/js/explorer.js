import { Latest } from './latest.js';
import { Painter, chartScale } from './paint.js';
import { readPicture, readVector } from './picture-in.js';
import { Samples } from './samples.js';
import { Sliders } from './sliders.js';
import { Strips } from './strips.js';

const byId = (id) => document.getElementById(id);

/** The page of one open model: where it stands in the latent space, and all that shows it. */
export class Explorer {
  #latest;
  #sliders;
  #samples;
  #strips;
  #given = null;

  /**
   * @param {Facts} facts
   * @param {object} engine computes `embed` and `decode`
   * @param {string} where "on the service" or "in this browser", for the timing
   * @param {(e: unknown) => void} onError
   */
  constructor(facts, engine, where, onError) {
    this.facts = facts;
    this.engine = engine;
    this.where = where;
    this.onError = onError;
    this.painter = new Painter(facts.shape);
    this.z = Float32Array.from(facts.ranges, (r) => r.mean);
    this.values = null;
    this.#latest = new Latest(() => this.#decode(), onError);
    this.#sliders = new Sliders(byId('sliders'), facts, (latent, value) => this.#moveOne(latent, value));
    [byId('picture'), byId('original')].forEach((c) => this.painter.prepare(c));
    this.#actions();
    this.#forgetGiven();
    byId('samples-block').hidden = byId('strips-block').hidden = !facts.hasDecoder;
    if (facts.hasDecoder) {
      this.#strips = new Strips(this);
      this.#samples = new Samples(this, (z) => this.#begin(z));
    } else {
      this.#show();
    }
  }

  /** Goes on with another engine for the same model. */
  continueOn(engine, where) {
    this.engine = engine;
    this.where = where;
    this.#samples?.refresh();
    this.#show();
  }

  /** Whether all that was asked for is drawn. */
  get idle() {
    return this.#latest.idle && (this.#samples?.idle ?? true) && (this.#strips?.idle ?? true);
  }

  say(text) {
    byId('status').textContent = text;
  }

  /** Moves every latent. */
  moveTo(z, message) {
    this.#forgetGiven();
    this.#samples?.unmark();
    this.z = z;
    this.say(message);
    this.#show();
  }

  /** Embeds a picture, or a file of numbers for a model of vectors, and moves to it. */
  async open(blob) {
    const { facts } = this;
    const name = blob.name ?? 'the pasted picture';
    const x = facts.isVector
      ? readVector(await blob.text(), name, facts.size)
      : await readPicture(blob, facts.shape);
    await this.embed(x, name);
  }

  /** Embeds one item and moves to its mean. */
  async embed(x, name) {
    const { mean } = await this.engine.embed(x);
    this.z = mean;
    this.#samples?.unmark();
    this.#given = x;
    byId('original-frame').hidden = false;
    byId('picture-caption').textContent = 'Reconstructed';
    if (!this.facts.isVector) this.painter.paint(byId('original'), x);
    this.say(`Embedded ${name}`);
    this.#show();
  }

  #begin(z) {
    if (!this.values) this.z = z;
    this.say('Drag a slider: the picture follows.');
    this.#show();
  }

  #moveOne(latent, value) {
    this.#samples?.unmark();
    this.z[latent] = value;
    if (byId('picture-caption').textContent === 'Reconstructed') {
      byId('picture-caption').textContent = 'Moved from it';
    }
    this.#show();
  }

  #forgetGiven() {
    this.#given = null;
    byId('original-frame').hidden = true;
    byId('picture-caption').textContent = 'Decoded';
  }

  #show() {
    this.#sliders.show(this.z);
    if (this.facts.hasDecoder) {
      this.#latest.request();
      this.#strips.refresh();
    }
  }

  async #decode() {
    const started = performance.now();
    this.values = await this.engine.decode(this.z.slice(), this.facts.latents, true);
    const ms = performance.now() - started;
    this.paint();
    byId('timing').textContent = `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms ${this.where}`;
  }

  /** Draws what was decoded last. */
  paint() {
    if (!this.values) return;
    let scale = null;
    if (this.facts.isVector) {
      scale = this.#given ? chartScale(this.values, this.#given) : chartScale(this.values);
      if (this.#given) this.painter.paint(byId('original'), this.#given, 0, scale);
    }
    this.painter.paint(byId('picture'), this.values, 0, scale);
  }

  #actions() {
    const { facts } = this;
    const buttons = {
      'to-mean': () => this.moveTo(Float32Array.from(facts.ranges, (r) => r.mean), 'Moved to the mean'),
      'to-random': () => this.#random(),
      save: () => this.#save(),
      copy: () => this.#copy(),
    };
    for (const [id, run] of Object.entries(buttons)) {
      byId(id).onclick = () => Promise.resolve(run()).catch(this.onError);
      byId(id).disabled = !facts.hasDecoder && id !== 'copy';
    }
  }

  #random() {
    const z = Float32Array.from(this.facts.ranges, ({ mean, std }) => {
      const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
      return mean + std * radius * Math.cos(2 * Math.PI * Math.random());
    });
    this.moveTo(z, 'Moved to a random place');
  }

  async #save() {
    const blob = this.facts.isVector
      ? new Blob([Array.from(this.values).join(',') + '\n'], { type: 'text/csv' })
      : await new Promise((done) => byId('picture').toBlob(done, 'image/png'));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = this.facts.isVector ? 'decoded.csv' : 'decoded.png';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    this.say(`Saved ${link.download}`);
  }

  async #copy() {
    await navigator.clipboard.writeText(JSON.stringify(Array.from(this.z, (v) => Number(v.toPrecision(6)))));
    this.say('Copied the latents as a JSON array');
  }
}
