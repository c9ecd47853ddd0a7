// The contrast of one channel: its histogram, two thumbs over it, and numbers beside.

import { button, el, svg } from './dom.js';
import { count } from './units.js';
import { isWhole, limitsOf, scaleOf } from './view.js';

const WIDTH = 256;
const HEIGHT = 56;

export class Contrast {
  /** @param {import('./store.js').Store} store @param {number} at the channel's index */
  constructor(store, at) {
    this.store = store;
    this.at = at;
    this.name = store.record.channels[at].name;
    this.histogram = null;
    this.shape = svg('path', { class: 'counts' });
    this.cuts = [svg('rect', { class: 'cut', y: 0, height: HEIGHT }), svg('rect', { class: 'cut', y: 0, height: HEIGHT })];
    this.ramp = svg('path', { class: 'lim' });
    this.picture = svg(
      'svg',
      { class: 'curve', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' },
      this.shape, ...this.cuts, this.ramp,
    );
    this.thumbs = ['Darkest', 'Brightest'].map((word, end) => this.#thumb(`${word} value of ${this.name}`, end));
    this.numbers = ['Darkest', 'Brightest'].map((word, end) => this.#number(`${word} value of ${this.name}, as a number`, end));
    this.scale = el('div', { class: 'shades', 'aria-hidden': 'true' });
    const fit = button({ label: 'Fit', press: () => this.fit(), class: 'btn quiet small', 'aria-label': `Fit the contrast of ${this.name} to this plane`, title: 'Fit to this plane' });
    const reset = button({
      label: 'Automatic', press: () => this.store.setChannel(at, { low: null, high: null }),
      class: 'btn quiet small', 'aria-label': `Automatic contrast of ${this.name}`,
    });
    this.reset = reset;
    this.frame = el(
      'div', { class: 'contrast stack-s' },
      el('div', { class: 'two-thumbs' }, this.picture, ...this.thumbs),
      this.scale,
      el('div', { class: 'numbers num' }, this.numbers[0], el('span', { class: 'xs soft', text: 'to' }), this.numbers[1], fit, reset),
    );
  }

  #thumb(label, end) {
    const thumb = el('input', {
      type: 'range', 'aria-label': label, on: { input: () => this.#take(end, Number(thumb.value)) },
    });
    return thumb;
  }

  #number(label, end) {
    const number = el('input', {
      type: 'number', class: 'input', 'aria-label': label,
      on: { change: () => { if (number.value.trim() && Number.isFinite(Number(number.value))) this.#take(end, Number(number.value)); else this.show(this.store.view); } },
    });
    return number;
  }

  /** A limit that would pass the other one pushes it along. */
  #take(end, value) {
    const limits = this.#limits(this.store.view).map((limit) => this.#rounded(limit));
    const least = this.#step();
    limits[end] = value;
    if (limits[0] >= limits[1]) limits[1 - end] = end ? value - least : value + least;
    this.store.setChannel(this.at, { low: limits[0], high: limits[1] });
  }

  #rounded(value) {
    return isWhole(this.store.record) ? Math.round(value) : Number(value.toPrecision(6));
  }

  #step() {
    if (isWhole(this.store.record)) return 1;
    const [low, high] = this.#range(this.store.view);
    return (high - low) / 500 || 0.001;
  }

  #limits(view) {
    return [...limitsOf(this.store.record, view, view.channels[this.at], this.histogram)];
  }

  #range(view) {
    const [low, high] = this.#limits(view);
    if (!this.histogram) return [low, high];
    return [Math.min(low, this.histogram.least), Math.max(high, this.histogram.greatest)];
  }

  /** The darkest 0.5 and the brightest 0.2 % of the plane that is shown may be cut. */
  fit() {
    const { histogram } = this;
    if (!histogram) return;
    const total = histogram.counts.reduce((sum, one) => sum + one, 0);
    const width = (histogram.greatest - histogram.least || 1) / histogram.counts.length;
    const place = (share) => {
      let seen = 0;
      const bin = histogram.counts.findIndex((one) => (seen += one) >= total * share);
      return bin < 0 ? histogram.counts.length : bin;
    };
    const low = this.#rounded(histogram.least + place(0.005) * width);
    const high = this.#rounded(histogram.least + (place(0.998) + 1) * width);
    this.store.setChannel(this.at, { low, high: Math.max(high, low + this.#step()) });
  }

  setHistogram(histogram) {
    this.histogram = histogram;
    this.show(this.store.view);
  }

  show(view) {
    const choice = view.channels[this.at];
    const [low, high] = this.#limits(view);
    const [from, to] = this.#range(view);
    const step = this.#step();
    for (const [end, value] of [low, high].entries()) {
      const thumb = this.thumbs[end];
      Object.assign(thumb, { min: from, max: to, step: isWhole(this.store.record) ? 1 : 'any' });
      thumb.value = value;
      thumb.setAttribute('aria-valuetext', count(value));
      if (document.activeElement !== this.numbers[end]) this.numbers[end].value = this.#rounded(value);
      this.numbers[end].step = isWhole(this.store.record) ? 1 : step;
    }
    this.reset.setAttribute('aria-pressed', String(choice.low === null));
    const scale = scaleOf(this.store.record, choice.color);
    // A table's ends are near black and white; its colour is what lies between them.
    this.frame.style.setProperty('--c', `#${scale[Math.floor((scale.length * 2) / 3)] ?? scale.at(-1)}`);
    this.scale.style.backgroundImage = `linear-gradient(to right, ${scale.map((color) => `#${color}`).join(', ')})`;
    this.#draw(low, high, from, to);
  }

  #draw(low, high, from, to) {
    const x = (value) => ((value - from) / (to - from || 1)) * WIDTH;
    const [left, right] = [x(low), x(high)];
    this.scale.style.marginInline = `${(left / WIDTH) * 100}% ${((WIDTH - right) / WIDTH) * 100}%`;
    this.cuts[0].setAttribute('width', Math.max(0, left));
    this.cuts[1].setAttribute('x', right);
    this.cuts[1].setAttribute('width', Math.max(0, WIDTH - right));
    this.cuts[0].setAttribute('x', 0);
    this.ramp.setAttribute('d', `M${left} ${HEIGHT}L${right} 0`);
    this.picture.setAttribute('aria-label', `Histogram of ${this.name}; shown from ${count(low)} to ${count(high)} of ${count(to)}`);
    if (!this.histogram) return;
    const { counts, least, greatest } = this.histogram;
    const most = Math.log1p(Math.max(1, ...counts));
    const bin = (greatest - least || 1) / counts.length;
    const points = counts.map((one, at) => {
      const top = HEIGHT - (Math.log1p(one) / most) * (HEIGHT - 4);
      return `H${x(least + at * bin).toFixed(1)}V${top.toFixed(1)}`;
    });
    this.shape.setAttribute('d', `M0 ${HEIGHT}${points.join('')}H${x(least + counts.length * bin).toFixed(1)}V${HEIGHT}Z`);
  }
}
