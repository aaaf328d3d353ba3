import { make } from './sliders.js';

/** Pictures as buttons in rows; one stop of the tab key, arrow keys between them. */
export class Gallery {
  #root;
  #painter;
  #buttons = [];
  #perRow;

  /**
   * @param {HTMLElement} root becomes the parent of the buttons, or of rows of them
   * @param {Painter} painter
   * @param {number} perRow buttons a row for the arrow keys; 0: as many as stand in one line
   */
  constructor(root, painter, perRow = 0) {
    this.#root = root;
    this.#painter = painter;
    this.#perRow = perRow;
    this.#root.onkeydown = (event) => this.#key(event);
    this.#root.onfocusin = (event) => this.#stop(this.#buttons.indexOf(event.target));
  }

  /**
   * A new button, to be put into the page by the caller.
   *
   * @param {string} name what a screen reader says
   */
  add(name, onChoose) {
    const button = make('button', { type: 'button', className: 'tile' });
    const canvas = make('canvas');
    this.#painter.prepare(canvas);
    button.append(canvas);
    button.setAttribute('aria-label', name);
    button.tabIndex = this.#buttons.length === 0 ? 0 : -1;
    button.addEventListener('click', onChoose);
    this.#buttons.push(button);
    return button;
  }

  get buttons() {
    return this.#buttons;
  }

  paint(index, values, offset, scale) {
    this.#painter.paint(this.#buttons[index].firstChild, values, offset, scale);
  }

  /** Marks one button, or none. */
  mark(index) {
    this.#buttons.forEach((b, i) => b.setAttribute('aria-pressed', String(i === index)));
  }

  #stop(index) {
    if (index >= 0) this.#buttons.forEach((b, i) => (b.tabIndex = i === index ? 0 : -1));
  }

  #columns() {
    if (this.#perRow) return this.#perRow;
    const top = this.#buttons[0].offsetTop;
    const second = this.#buttons.findIndex((b) => b.offsetTop !== top);
    return second < 0 ? this.#buttons.length : second;
  }

  #key(event) {
    const at = this.#buttons.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const columns = this.#columns();
    const start = at - (at % columns);
    const end = Math.min(this.#buttons.length, start + columns) - 1;
    const to = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - columns,
      ArrowDown: at + columns,
      Home: start,
      End: end,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#buttons[to]?.focus();
  }
}
