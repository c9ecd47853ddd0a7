// What stands in the corners of the stage: place and values under the pointer or crosshair, magnification, scale bar.

import { getJson, Problem } from './net.js';
import { debounced, el, svg } from './dom.js';
import { count, length, percent, roundLength } from './units.js';

const WIDEST_BAR = 140;

export class Corners {
  /** @param {import('./stage.js').Stage} stage @param {HTMLElement} frame lies over the stage */
  constructor(stage, frame, say) {
    this.stage = stage;
    this.store = stage.store;
    this.record = stage.record;
    this.say = say;
    this.values = new Map();
    this.at = null;
    this.place = el('span');
    this.intensities = el('span', { class: 'intensities' });
    this.readout = el('p', { class: 'corner tl num', hidden: true }, this.place, this.intensities);
    this.magnification = el('p', { class: 'corner bl num' });
    this.line = svg('rect', { height: 4, y: 0, x: 0, fill: 'currentColor' });
    this.ruler = svg('svg', { height: 4, class: 'ruler', 'aria-hidden': 'true' }, this.line);
    this.words = el('span', { class: 'ruler-words' });
    this.bar = el('p', { class: 'corner br num scale' }, this.ruler, this.words);
    frame.append(this.readout, this.magnification, this.bar);
    this.ask = debounced(() => this.#ask(), 120);
    this.#watch(stage.element);
    stage.onDraw((scale) => this.#draw(scale));
    this.store.subscribe((view, changed) => this.#changed(view, changed));
  }

  #watch(element) {
    element.addEventListener('pointermove', (event) => {
      const box = element.getBoundingClientRect();
      const at = this.stage.toImage(event.clientX - box.left, event.clientY - box.top);
      this.#show({ x: Math.floor(at.x), y: Math.floor(at.y) });
    });
    element.addEventListener('pointerleave', () => this.#show(this.store.view.cross));
  }

  #changed(view, changed) {
    if (changed.has('cross')) this.#show(view.cross);
    else if (['z', 't', 'zLast'].some((name) => changed.has(name)) && this.at) this.#show(this.at);
    if (changed.has('bar') && this.stage.isOpen) this.#draw(this.stage.scale);
  }

  #show(at) {
    const { record } = this;
    const isInside = at && at.x >= 0 && at.y >= 0 && at.x < record.width && at.y < record.height;
    this.at = isInside ? at : null;
    this.readout.hidden = !isInside;
    if (!isInside) return;
    const { pixel_x_um: x, pixel_y_um: y } = record;
    const lengths = x && y ? ` · ${length(at.x * x)}, ${length(at.y * y)}` : '';
    this.place.textContent = `x ${count(at.x)}, y ${count(at.y)} px${lengths}`;
    this.#tell(this.values.get(this.#key()));
    if (!this.values.has(this.#key())) this.ask();
  }

  #key() {
    const { z, t } = this.store.view;
    return `${this.at.x},${this.at.y},${z},${t}`;
  }

  /** The stored values; of a projection those of its first section are no help, so none. */
  async #ask() {
    if (!this.at || this.store.view.zLast !== null) return;
    this.control?.abort();
    const control = new AbortController();
    this.control = control;
    const { x, y } = this.at;
    const { z, t } = this.store.view;
    const key = this.#key();
    const query = new URLSearchParams({ x, y, z, t });
    try {
      const found = await getJson(`/api/v1/images/${this.record.accession}/pixel?${query}`, {
        signal: control.signal, tries: 1,
      });
      if (this.values.size > 2000) this.values.clear();
      this.values.set(key, found.values);
    } catch (error) {
      if (error instanceof Problem) this.values.set(key, null);
    }
    if (this.at && this.#key() === key) this.#tell(this.values.get(key));
  }

  #tell(values) {
    this.intensities.textContent = values ? this.#words(values) : '\u00a0';
    const { cross } = this.store.view;
    if (values && cross && this.at.x === cross.x && this.at.y === cross.y) {
      this.say(`${this.place.textContent}. ${this.intensities.textContent}`);
    }
  }

  #words(values) {
    const said = (value) => (value === null ? 'no number' : count(value));
    if (this.record.rgb) return values[0].map((value, at) => `${'RGBA'[at] ?? at} ${said(value)}`).join(' · ');
    const names = this.record.channels;
    const isOn = (at) => values.length < 6 || this.store.view.channels[at]?.on;
    return values.map((samples, at) => [at, samples])
      .filter(([at]) => isOn(at))
      .map(([at, samples]) => `${values.length > 1 ? `${names[at]?.name ?? at + 1} ` : 'value '}${samples.map(said).join(', ')}`)
      .join(' · ');
  }

  #draw(scale) {
    const { record } = this;
    const um = record.pixel_x_um;
    const perUm = um ? ` · ${Number((scale / um).toPrecision(3)).toLocaleString('en')}\u00a0px/µm` : '';
    const lens = record.magnification ? ` · ${record.magnification}× objective` : '';
    const magnification = `${percent(scale)}${perUm}${lens}`;
    if (this.magnification.textContent !== magnification) this.magnification.textContent = magnification;
    this.bar.hidden = !um || !this.store.view.bar;
    if (this.bar.hidden) return;
    const widest = Math.min(WIDEST_BAR, this.stage.element.clientWidth / 4);
    const round = roundLength((widest / scale) * um);
    const width = (round.um / um) * scale;
    this.ruler.setAttribute('width', width);
    this.line.setAttribute('width', width);
    this.words.textContent = round.words;
  }
}
