// Regions of interest of the file over the picture, and their list beside it.

import { button, debounced, el, setPressed, svg } from './dom.js';
import { getJson, Problem } from './net.js';
import { centre, drawn } from './shapes.js';

const MOST_LISTED = 200;
const WORDS = {
  point: 'Point', line: 'Line', rectangle: 'Rectangle', ellipse: 'Ellipse', polygon: 'Polygon', polyline: 'Polyline', mask: 'Mask', label: 'Label',
};

export class Regions {
  /** @param {import('./stage.js').Stage} stage @param {HTMLElement} frame @param {HTMLElement} panel */
  constructor(stage, frame, panel, say) {
    this.stage = stage;
    this.store = stage.store;
    this.record = stage.record;
    this.panel = panel;
    this.say = say;
    this.chosen = null;
    this.scene = svg('g');
    this.canvas = svg('svg', { class: 'shapes', role: 'group', 'aria-label': 'Regions of interest' }, this.scene);
    this.list = el('ul', { class: 'regions list small' });
    this.note = el('p', { class: 'xs soft' });
    this.isOn = el('input', { type: 'checkbox', on: { change: () => this.store.set({ regions: this.isOn.checked }) } });
    this.count = el('span', { class: 'xs soft num' });
    this.part = el(
      'div', { class: 'stack-s', hidden: true },
      el('label', { class: 'pick' }, this.isOn, el('b', { text: 'Regions' }), this.count), this.list, this.note,
    );
    panel.append(this.part);
    frame.prepend(this.canvas);
    this.load = debounced(() => this.#load(), 120);
    stage.onDraw((scale) => this.#place(scale));
    this.canvas.addEventListener('click', (event) => this.#clicked(event));
    this.store.subscribe((view, changed) => this.#changed(view, changed));
  }

  toggle() {
    this.store.set({ regions: !this.store.view.regions });
    this.say(`Regions are ${this.store.view.regions ? 'shown' : 'hidden'}.`);
  }

  #changed(view, changed) {
    this.isOn.checked = view.regions;
    this.canvas.toggleAttribute('hidden', !view.regions);
    this.list.hidden = !view.regions;
    if (view.regions && ['regions', 'z', 't', 'zLast'].some((name) => changed.has(name))) this.load();
  }

  async #load() {
    const { z, t, zLast } = this.store.view;
    const query = new URLSearchParams(zLast === null ? { z, t } : { t });
    this.control?.abort();
    this.control = new AbortController();
    try {
      this.#show(await getJson(`/api/v1/images/${this.record.accession}/regions?${query}`, { signal: this.control.signal }));
    } catch (error) {
      if (!(error instanceof Problem)) return; // given up for another plane
      if (this.hasAny) this.note.textContent = error.message;
      else this.say(`Regions could not be looked for: ${error.message}`, true);
    }
  }

  #show({ shapes, total, sentence }) {
    // A plane without shapes of an image that has some keeps its list, empty.
    this.hasAny ||= total > 0;
    this.part.hidden = !this.hasAny;
    if (this.hasAny) this.panel.hidden = false;
    this.count.textContent = total.toLocaleString('en');
    this.note.textContent = sentence;
    this.shapes = shapes;
    this.groups = new Map(shapes.map((shape) => [shape.number, this.#group(shape)]));
    this.scene.replaceChildren(...this.groups.values());
    this.buttons = new Map(shapes.slice(0, MOST_LISTED).map((shape) => [shape.number, this.#entry(shape)]));
    this.list.replaceChildren(...[...this.buttons.values()].map((made) => el('li', {}, made)));
    if (shapes.length > MOST_LISTED) this.list.append(el('li', { class: 'soft', text: `and ${shapes.length - MOST_LISTED} more on the picture` }));
    this.#mark();
    if (this.stage.isOpen) this.#place(this.stage.scale);
  }

  #group(shape) {
    const group = drawn(shape, this.record);
    group.dataset.number = shape.number;
    group.prepend(svg('title', { text: this.#words(shape) }));
    return svg('g', {}, group);
  }

  #words(shape) {
    const isNamed = shape.text && shape.text.toLowerCase() !== shape.region.toLowerCase();
    return `${shape.region}: ${isNamed ? `${shape.text}, ` : ''}${WORDS[shape.kind].toLowerCase()}`;
  }

  #entry(shape) {
    return button({
      label: this.#words(shape), pressed: false, class: 'btn quiet small', press: () => this.choose(shape.number === this.chosen ? null : shape.number),
    });
  }

  #clicked(event) {
    const group = event.target.closest?.('[data-number]');
    if (group) this.choose(Number(group.dataset.number));
  }

  /** Select a shape, in the list and on the picture alike. */
  choose(number) {
    this.chosen = number;
    this.#mark();
    const shape = this.shapes?.find((one) => one.number === number);
    if (!shape) return;
    this.stage.reveal(...centre(shape));
    this.say(this.#words(shape));
    this.buttons.get(number)?.scrollIntoView({ block: 'nearest' });
  }

  /** The next shape (1) or the one before (-1), by keyboard. */
  step(by) {
    if (!this.shapes?.length) return;
    const at = this.shapes.findIndex((one) => one.number === this.chosen);
    const next = at < 0 ? (by > 0 ? 0 : this.shapes.length - 1) : (at + by + this.shapes.length) % this.shapes.length;
    this.choose(this.shapes[next].number);
  }

  #mark() {
    for (const [number, group] of this.groups ?? []) group.setAttribute('class', number === this.chosen ? 'chosen' : '');
    for (const [number, made] of this.buttons ?? []) setPressed(made, number === this.chosen);
  }

  #place(scale) {
    if (!this.store.view.regions || !this.groups?.size) return;
    const origin = this.stage.toStage(0, 0);
    this.scene.setAttribute('transform', `translate(${origin.x} ${origin.y}) scale(${scale})`);
    if (this.wasScale === scale && this.wasGroups === this.groups) return;
    this.wasScale = scale;
    this.wasGroups = this.groups;
    for (const part of this.scene.querySelectorAll('[data-still]')) {
      part.setAttribute('transform', `translate(${part.dataset.still}) scale(${1 / scale})`);
    }
  }
}
