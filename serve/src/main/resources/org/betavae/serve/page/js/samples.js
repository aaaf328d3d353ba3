import { Gallery } from './gallery.js';
import { Latest } from './latest.js';
import { priorSamples } from './random.js';
import { chartScale } from './paint.js';

const COUNT = 24;

/** The grid of samples of the prior, with temperature and seed. */
export class Samples {
  #explorer;
  #gallery;
  #z = null;
  #onFirst;
  #latest;
  #temperature = document.getElementById('temperature');
  #seed = document.getElementById('seed');

  /** @param {(z: Float32Array) => void} onFirst given the most telling one of the first samples */
  constructor(explorer, onFirst) {
    this.#explorer = explorer;
    this.#onFirst = onFirst;
    const root = document.getElementById('samples');
    this.#gallery = new Gallery(root, explorer.painter);
    const buttons = Array.from({ length: COUNT }, (_, i) =>
      this.#gallery.add(`Sample ${i + 1}`, () => this.#choose(i))
    );
    root.replaceChildren(...buttons);
    this.#latest = new Latest(() => this.#draw(), explorer.onError);
    this.#temperature.oninput = () => this.refresh();
    this.#seed.oninput = () => this.refresh();
    document.getElementById('next-seed').onclick = () => {
      this.#seed.value = String(BigInt.asIntN(64, (this.seed ?? 0n) + 1n));
      this.refresh();
      explorer.say(`New samples, seed ${this.#seed.value}`);
    };
    this.refresh();
  }

  /** Whether all that was asked for is drawn. */
  get idle() {
    return this.#latest.idle;
  }

  /** The seed as it stands in its field, null if that is no whole number of 64 bits. */
  get seed() {
    try {
      const seed = BigInt(this.#seed.value.trim() || 'none');
      return BigInt.asIntN(64, seed) === seed ? seed : null;
    } catch (e) {
      return null;
    }
  }

  /** No sample is where the latents are any more. */
  unmark() {
    this.#gallery.mark(-1);
  }

  refresh() {
    document.getElementById('temperature-value').textContent = Number(this.#temperature.value).toFixed(2);
    const wrong = this.seed === null;
    this.#seed.setAttribute('aria-invalid', String(wrong));
    if (wrong) {
      this.#explorer.say(`The seed is '${this.#seed.value}', expected a whole number.`);
      return;
    }
    this.#latest.request();
  }

  async #draw() {
    const { facts } = this.#explorer;
    const z = priorSamples(COUNT, facts.latents, this.seed, Number(this.#temperature.value));
    const images = await this.#explorer.engine.decode(z, facts.latents);
    const scale = facts.isVector ? chartScale(images) : null;
    this.#gallery.buttons.forEach((_, i) => this.#gallery.paint(i, images, i * facts.size, scale));
    this.#z = z;
    this.#gallery.mark(this.#onFirst ? this.#begin(images) : -1);
  }

  /** Moves to the sample of the most contrast: at the latents' mean there is often but a blur. */
  #begin(images) {
    const { latents, size } = this.#explorer.facts;
    const contrasts = Array.from({ length: COUNT }, (_, i) => variance(images.subarray(i * size, (i + 1) * size)));
    const best = contrasts.indexOf(Math.max(...contrasts));
    this.#onFirst(this.#z.slice(best * latents, (best + 1) * latents));
    this.#onFirst = null;
    return best;
  }

  #choose(index) {
    if (!this.#z) return;
    const { latents } = this.#explorer.facts;
    this.#explorer.moveTo(this.#z.slice(index * latents, (index + 1) * latents), `Moved to sample ${index + 1}`);
    this.#gallery.mark(index);
  }
}

function variance(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
}
