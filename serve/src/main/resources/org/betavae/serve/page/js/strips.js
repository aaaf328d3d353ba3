import { Gallery } from './gallery.js';
import { make, signed } from './sliders.js';
import { chartScale } from './paint.js';

const FRAMES = 9;
/** Latents beyond these are left to the sliders. */
const MOST_ROWS = 16;
/** Strips follow when the latents have stood still for this long. */
const IDLE_MS = 120;

/** One row a latent that carries something: what it changes, all others staying where they are. */
export class Strips {
  #explorer;
  #gallery;
  #latents;
  #timer = 0;
  #turn = 0;
  #drawn = -1;

  constructor(explorer) {
    this.#explorer = explorer;
    const root = document.getElementById('strips');
    const { facts } = explorer;
    this.#latents = facts.live.slice(0, MOST_ROWS);
    this.#gallery = new Gallery(root, explorer.painter, FRAMES);
    root.replaceChildren(...this.#latents.map((latent, row) => this.#row(latent, row)));
  }

  /** Whether all that was asked for is drawn. */
  get idle() {
    return this.#drawn === this.#turn;
  }

  #row(latent, row) {
    const element = make('div', { className: 'strip' });
    const label = make('span', { className: 'strip-label' });
    label.append('z', make('sub', { textContent: String(latent) }));
    element.append(label);
    for (let i = 0; i < FRAMES; i++) {
      const value = this.#value(latent, i);
      element.append(this.#gallery.add(`z${latent} at ${signed(value)}`, () => this.#choose(row, i)));
    }
    return element;
  }

  #value(latent, frame) {
    const { min, max } = this.#explorer.facts.ranges[latent];
    return min + ((max - min) * frame) / (FRAMES - 1);
  }

  /** Draws the rows anew, soon. */
  refresh() {
    clearTimeout(this.#timer);
    this.#turn++;
    this.#timer = setTimeout(() => this.#draw().catch(this.#explorer.onError), IDLE_MS);
  }

  async #draw() {
    const { facts, engine } = this.#explorer;
    const turn = this.#turn;
    const z = this.#explorer.z.slice();
    this.#markNearest(z);
    for (let row = 0; row < this.#latents.length; row++) {
      const latent = this.#latents[row];
      const batch = new Float32Array(FRAMES * facts.latents);
      for (let i = 0; i < FRAMES; i++) {
        batch.set(z, i * facts.latents);
        batch[i * facts.latents + latent] = this.#value(latent, i);
      }
      const images = await engine.decode(batch, facts.latents);
      if (turn !== this.#turn) return;
      const scale = facts.isVector ? chartScale(images) : null;
      for (let i = 0; i < FRAMES; i++) {
        this.#gallery.paint(row * FRAMES + i, images, i * facts.size, scale);
      }
    }
    this.#drawn = turn;
  }

  #markNearest(z) {
    this.#latents.forEach((latent, row) => {
      const { min, max } = this.#explorer.facts.ranges[latent];
      const nearest = Math.round(((z[latent] - min) / (max - min)) * (FRAMES - 1));
      for (let i = 0; i < FRAMES; i++) {
        this.#gallery.buttons[row * FRAMES + i].setAttribute('aria-pressed', String(i === nearest));
      }
    });
  }

  #choose(row, frame) {
    const latent = this.#latents[row];
    const z = this.#explorer.z.slice();
    z[latent] = this.#value(latent, frame);
    this.#explorer.moveTo(z, `z${latent} is ${signed(z[latent])}`);
  }
}
