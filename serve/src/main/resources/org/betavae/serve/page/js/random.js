const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

/** java.util.Random, so that a seed gives the samples that `betavae generate --seed` gives. */
export class JavaRandom {
  #state;
  #spare = null;

  /** @param {bigint} seed 64 bits */
  constructor(seed) {
    this.#state = (BigInt.asUintN(64, seed) ^ MULTIPLIER) & MASK;
  }

  #next(bits) {
    this.#state = (this.#state * MULTIPLIER + 0xbn) & MASK;
    return Number(this.#state >> BigInt(48 - bits));
  }

  nextDouble() {
    return (this.#next(26) * 2 ** 27 + this.#next(27)) * 2 ** -53;
  }

  /** Marsaglia's polar method, as the documentation of java.util.Random gives it. */
  nextGaussian() {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const a = 2 * this.nextDouble() - 1;
      const b = 2 * this.nextDouble() - 1;
      const s = a * a + b * b;
      if (s < 1 && s !== 0) {
        const scale = Math.sqrt((-2 * Math.log(s)) / s);
        this.#spare = b * scale;
        return a * scale;
      }
    }
  }
}

/** Samples of the prior, [count, latents], times the temperature. */
export function priorSamples(count, latents, seed, temperature) {
  const random = new JavaRandom(seed);
  return Float32Array.from({ length: count * latents }, () => temperature * random.nextGaussian());
}
