/** Arrow keys move a slider by this. */
const STEP = 0.05;

/** One slider a latent: the most informative first, those that carry nothing last and greyed. */
export class Sliders {
  #facts;
  #rows = [];

  /**
   * @param {HTMLElement} root
   * @param {(latent: number, value: number) => void} onMove told of every step of a drag
   */
  constructor(root, facts, onMove) {
    this.#facts = facts;
    const most = facts.kl ? Math.max(...facts.kl, 1e-9) : 0;
    root.replaceChildren(
      ...facts.order.map((latent) => {
        const row = this.#row(latent, most, onMove);
        this.#rows[latent] = row;
        return row.element;
      })
    );
  }

  /** Shows latents [L], whatever their range. */
  show(z) {
    this.#rows.forEach((row, latent) => this.#set(row, z[latent]));
  }

  #set(row, value) {
    const { input } = row;
    // An embedding may lie outside of what the training data's posterior covers.
    if (value < Number(input.min)) input.min = String(Math.floor(value * 10) / 10);
    if (value > Number(input.max)) input.max = String(Math.ceil(value * 10) / 10);
    input.value = String(value);
    this.#label(row, value);
  }

  #label(row, value) {
    row.output.textContent = signed(value);
    row.input.setAttribute('aria-valuetext', signed(value));
  }

  #row(latent, most, onMove) {
    const dead = this.#facts.isDead(latent);
    const { min, max } = this.#facts.ranges[latent];
    const element = make('div', { className: `slider${dead ? ' dead' : ''}` });
    const label = make('label', { htmlFor: `z${latent}` });
    label.append('z', make('sub', { textContent: String(latent) }));
    const input = make('input', { type: 'range', id: `z${latent}`, disabled: dead });
    Object.assign(input, { min: String(min), max: String(max), step: String(STEP) });
    input.dataset.latent = String(latent);
    const output = make('output', { htmlFor: `z${latent}` });
    const row = { element, input, output };
    input.addEventListener('input', () => onMove(latent, Number(input.value)));
    element.append(label, input, output, this.#information(latent, dead, most));
    return row;
  }

  #information(latent, dead, most) {
    const kl = this.#facts.kl?.[latent];
    const info = make('span', { className: 'nats' });
    info.id = `nats${latent}`;
    if (kl === undefined) return info;
    if (dead) {
      info.textContent = 'unused';
      info.title = `${kl.toPrecision(2)} nats: it says next to nothing about a picture`;
      return info;
    }
    const bar = make('span', { className: 'bar' });
    bar.style.setProperty('--share', String(kl / most));
    bar.setAttribute('aria-hidden', 'true');
    info.append(bar, make('span', { textContent: `${kl.toFixed(kl < 10 ? 2 : 1)} nats` }));
    return info;
  }
}

/** A number with its sign, so that columns of them stand still. */
export function signed(value) {
  const rounded = Math.abs(value) < 0.005 ? 0 : value;
  return (rounded < 0 ? '\u2212' : '+') + Math.abs(rounded).toFixed(2);
}

export function make(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}
