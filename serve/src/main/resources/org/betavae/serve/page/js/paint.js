/** Pictures up to this side are shown with hard pixels when enlarged. */
const PIXELATED_SIDE = 160;
const CHART_RATIO = 0.62;

/** Draws items of one shape onto canvases. */
export class Painter {
  /** @param {number[]} shape [C, H, W] or [D] */
  constructor(shape) {
    this.shape = shape;
    this.isVector = shape.length === 1;
    this.size = shape.reduce((a, b) => a * b, 1);
    // Channels that are neither gray nor RGB stand beside each other.
    const [c, h, w] = this.isVector ? [1, 1, 1] : shape;
    this.colour = c === 3;
    this.tiles = this.colour ? 1 : c;
    this.width = w * this.tiles;
    this.height = h;
  }

  /** Width by height of what is shown. */
  get ratio() {
    return this.isVector ? 1 / CHART_RATIO : this.width / this.height;
  }

  /** Makes a canvas fit for this painter. */
  prepare(canvas) {
    canvas.style.aspectRatio = String(this.ratio);
    canvas.classList.toggle('pixelated', !this.isVector && Math.max(this.width, this.height) <= PIXELATED_SIDE);
    canvas.classList.toggle('chart', this.isVector);
    if (!this.isVector) {
      canvas.width = this.width;
      canvas.height = this.height;
    }
  }

  /** Draws the item that starts at an offset. */
  paint(canvas, values, offset = 0, scale = null) {
    if (this.isVector) {
      chart(canvas, values.subarray(offset, offset + this.size), scale);
      return;
    }
    canvas.getContext('2d').putImageData(this.#pixels(values, offset), 0, 0);
  }

  #pixels(values, offset) {
    const [c, h, w] = this.shape;
    const plane = h * w;
    const image = new ImageData(this.width, this.height);
    const out = image.data;
    for (let y = 0; y < h; y++) {
      for (let tile = 0; tile < this.tiles; tile++) {
        for (let x = 0; x < w; x++) {
          const from = offset + y * w + x;
          const to = 4 * (y * this.width + tile * w + x);
          for (let k = 0; k < 3; k++) {
            const channel = this.colour ? k : Math.min(tile, c - 1);
            out[to + k] = Math.round(255 * values[from + channel * plane]);
          }
          out[to + 3] = 255;
        }
      }
    }
    return image;
  }
}

/** The ends of a chart's vertical axis that fit several items. */
export function chartScale(...lists) {
  let min = Infinity;
  let max = -Infinity;
  for (const list of lists) {
    for (const v of list) {
      if (v < min) min = v;
      if (v > max) max = v;
    }
  }
  const margin = (max - min) * 0.08 || 0.5;
  return [min - margin, max + margin];
}

/** A vector as a line, with dots while they can be told apart. */
function chart(canvas, values, scale) {
  const ratio = devicePixelRatio || 1;
  const width = (canvas.width = Math.max(40, Math.round((canvas.clientWidth || 120) * ratio)));
  const height = (canvas.height = Math.round(width * CHART_RATIO));
  const context = canvas.getContext('2d');
  const style = getComputedStyle(canvas);
  const [min, max] = scale ?? chartScale(values);
  const pad = 6 * ratio;
  const x = (i) => pad + (values.length > 1 ? i / (values.length - 1) : 0.5) * (width - 2 * pad);
  const y = (v) => height - pad - ((v - min) / (max - min)) * (height - 2 * pad);
  context.clearRect(0, 0, width, height);
  if (min < 0 && max > 0) {
    context.strokeStyle = style.getPropertyValue('--line');
    context.lineWidth = ratio;
    context.beginPath();
    context.moveTo(pad, y(0));
    context.lineTo(width - pad, y(0));
    context.stroke();
  }
  context.strokeStyle = context.fillStyle = style.getPropertyValue('--accent');
  context.lineWidth = 1.75 * ratio;
  context.lineJoin = 'round';
  context.beginPath();
  values.forEach((v, i) => (i ? context.lineTo(x(i), y(v)) : context.moveTo(x(i), y(v))));
  context.stroke();
  if (values.length * 5 * ratio <= width) {
    for (let i = 0; i < values.length; i++) {
      context.beginPath();
      context.arc(x(i), y(values[i]), 2.25 * ratio, 0, 2 * Math.PI);
      context.fill();
    }
  }
}
