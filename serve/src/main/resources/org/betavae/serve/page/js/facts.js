import { PageError } from './errors.js';

/** A latent with fewer nats says next to nothing about an image: studies call it dead. */
export const DEAD_NATS = 0.01;

/** How far a slider reaches to both sides of the aggregate posterior's mean, in its deviations. */
const REACH = 3;
const LEAST_REACH = 0.5;

/**
 * What the page knows of a model, from `GET v1/model` or from `model.json`.
 *
 * @property {number[]} shape [C, H, W] of an image, [D] of a vector
 * @property {number} latents L
 * @property {?number[]} kl nats per latent, null where it is not known
 * @property {number[]} order the latents by falling nats
 * @property {{min: number, max: number, mean: number, std: number}[]} ranges per latent
 */
export class Facts {
  constructor(json, name) {
    const shape = json.input_shape;
    const latents = json.latent_size;
    if (!Array.isArray(shape) || ![1, 3].includes(shape.length) || !shape.every((d) => d > 0) || !(latents > 0)) {
      throw new PageError(
        'The description of the model cannot be used.',
        `input_shape is ${JSON.stringify(shape)} and latent_size ${JSON.stringify(latents)}, expected [C, H, W] or [D] ` +
          'and a number above 0. Export the model again.'
      );
    }
    this.name = name ?? json.name ?? '';
    this.shape = shape;
    this.latents = latents;
    this.size = shape.reduce((a, b) => a * b, 1);
    this.isVector = shape.length === 1;
    this.hasEncoder = json.has_encoder !== false;
    this.hasDecoder = json.has_decoder !== false;
    this.likelihood = json.likelihood ?? null;
    this.objective = json.objective ?? null;
    this.dataset = json.dataset ?? null;
    this.steps = json.steps ?? null;
    this.kl = numbers(json.kl_per_latent ?? json.kl_per_dimension, latents);
    const means = numbers(json.posterior_mean, latents);
    const stds = numbers(json.posterior_std, latents);
    this.ranges = Array.from({ length: latents }, (_, i) => range(means?.[i] ?? 0, stds?.[i] ?? 1));
    this.order = Array.from({ length: latents }, (_, i) => i);
    if (this.kl) {
      this.order.sort((a, b) => this.kl[b] - this.kl[a] || a - b);
    }
  }

  isDead(latent) {
    return this.kl !== null && this.kl[latent] < DEAD_NATS;
  }

  /** The latents that carry something, the most informative first. */
  get live() {
    return this.order.filter((l) => !this.isDead(l));
  }

  /** One line for people. */
  get text() {
    const parts = [];
    if (this.isVector) {
      parts.push(`vectors of ${this.shape[0]} numbers`);
    } else {
      const [c, h, w] = this.shape;
      parts.push(`${w} × ${h} ${c === 1 ? 'gray' : c === 3 ? 'colour' : `with ${c} channels`}`);
    }
    const dead = this.latents - this.live.length;
    parts.push(`${this.latents} latents` + (dead ? `, ${dead} unused` : ''));
    if (this.objective) parts.push(this.objective);
    if (this.dataset && this.dataset !== this.name) parts.push(`trained on ${this.dataset}`);
    if (this.steps) parts.push(`${this.steps.toLocaleString('en')} steps`);
    return parts.join(' · ');
  }
}

/** The list if it holds one finite number for each latent, else null. */
function numbers(list, count) {
  return Array.isArray(list) && list.length === count && list.every(Number.isFinite) ? list : null;
}

/** A slider's ends: the aggregate posterior's mean ± 3 deviations, to a tenth. */
function range(mean, std) {
  const reach = Math.max(LEAST_REACH, REACH * std);
  return { min: Math.floor((mean - reach) * 10) / 10, max: Math.ceil((mean + reach) * 10) / 10, mean, std };
}
