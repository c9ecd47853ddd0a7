// Orthogonal slices: the XZ and ZY planes through the crosshair, beside the plane itself.

import { clamp, debounced, el, svg } from './dom.js';
import { get, Problem } from './net.js';
import { isDark, middle, planeQuery } from './view.js';

// Pixels of the screen for the depth of the stack, and how much a slice is enlarged at most.
const DEEPEST = 220;
const MOST_ENLARGED = 8;

export class Slices {
  /** @param {import('./stage.js').Stage} stage @param {HTMLElement} frame lies over the stage @param {HTMLElement} beside */
  constructor(stage, frame, beside, say) {
    this.stage = stage;
    this.store = stage.store;
    this.record = stage.record;
    this.say = say;
    this.beside = beside;
    this.lines = [svg('line', {}), svg('line', {})];
    this.cross = svg('svg', { class: 'cross', 'aria-hidden': 'true' }, ...this.lines);
    frame.append(this.cross);
    this.views = this.record.sections > 1 ? [this.#slice('y', 'XZ'), this.#slice('x', 'ZY')] : [];
    beside.append(...this.views.map((slice) => slice.frame));
    this.load = debounced(() => this.#load(), 80);
    stage.onDraw(() => this.#draw());
    stage.viewer.addHandler('canvas-click', (event) => this.#clicked(event));
    this.store.subscribe((view, changed) => this.#changed(view, changed));
  }

  #slice(axis, name) {
    const picture = el('img', { alt: '', draggable: 'false', on: { load: () => this.#size(slice) } });
    const lines = [svg('line', {}), svg('line', {})];
    const box = el('div', { class: 'slice' }, picture, svg('svg', {
      viewBox: '0 0 1 1', preserveAspectRatio: 'none', 'aria-hidden': 'true',
    }, ...lines));
    const words = el('figcaption', { class: 'xs num' });
    const slice = { axis, name, picture, lines, words, url: '' };
    box.addEventListener('click', (event) => this.#picked(slice, event, box));
    slice.frame = el('figure', { class: `slice-of-${axis}` }, box, words);
    return slice;
  }

  /** As large as there is room beside the plane, in whole multiples of its pixels where they are few. */
  #size({ axis, picture }) {
    const { naturalWidth: width, naturalHeight: height } = picture;
    const { clientWidth, clientHeight } = this.stage.element;
    const room = axis === 'y' ? [clientWidth - 16, DEEPEST] : [DEEPEST, clientHeight - 40];
    const fit = Math.min(MOST_ENLARGED, room[0] / width, room[1] / height);
    const factor = fit > 1 ? Math.floor(fit) : fit;
    picture.width = Math.max(1, Math.round(width * factor));
    picture.height = Math.max(1, Math.round(height * factor));
  }

  toggle() {
    if (!this.views.length) return;
    const slices = !this.store.view.slices;
    this.store.set({ slices, cross: slices ? this.store.view.cross ?? this.#centre() : null });
    this.say(slices ? 'Orthogonal slices through the crosshair. Shift and arrow keys move it.' : 'Orthogonal slices are hidden.');
  }

  toggleCross() {
    const { view } = this.store;
    if (view.slices) return this.toggle();
    this.store.set({ cross: view.cross ? null : this.#centre() });
    return undefined;
  }

  moveCross(right, down) {
    const { view } = this.store;
    const from = view.cross ?? this.#centre();
    this.#set(from.x + (view.cross ? right : 0), from.y + (view.cross ? down : 0));
    this.stage.reveal(this.store.view.cross.x, this.store.view.cross.y);
  }

  #centre() {
    const { x, y } = this.stage.isOpen ? this.stage.center : { x: middle(this.record.width), y: middle(this.record.height) };
    return { x: clamp(Math.floor(x), 0, this.record.width - 1), y: clamp(Math.floor(y), 0, this.record.height - 1) };
  }

  #set(x, y) {
    const { width, height } = this.record;
    this.store.set({ cross: { x: clamp(Math.floor(x), 0, width - 1), y: clamp(Math.floor(y), 0, height - 1) } });
  }

  #clicked(event) {
    if (!event.quick || !this.store.view.cross) return;
    const at = this.stage.toImage(event.position.x, event.position.y);
    this.#set(at.x, at.y);
  }

  /** A click in a slice moves the crosshair there, in depth too. */
  #picked(slice, event, box) {
    const inside = box.getBoundingClientRect();
    const [right, down] = [(event.clientX - inside.left) / inside.width, (event.clientY - inside.top) / inside.height];
    const { cross } = this.store.view;
    const depth = clamp(Math.floor((slice.axis === 'y' ? down : right) * this.record.sections), 0, this.record.sections - 1);
    if (slice.axis === 'y') this.#set(right * this.record.width, cross.y);
    else this.#set(cross.x, down * this.record.height);
    if (this.store.view.zLast === null) this.store.set({ z: depth });
  }

  #changed(view, changed) {
    if (changed.has('slices') && view.slices && !view.cross) {
      queueMicrotask(() => this.store.set({ cross: this.#centre() }));
      return;
    }
    this.beside.hidden = !view.slices;
    this.beside.parentElement.classList.toggle('sliced', view.slices);
    if (this.stage.isOpen) this.#draw();
    if (view.slices && ['slices', 'cross', 'channels', 't'].some((name) => changed.has(name))) this.load();
  }

  #draw() {
    const { cross } = this.store.view;
    this.cross.toggleAttribute('hidden', !cross);
    if (cross) {
      const at = this.stage.toStage(cross.x + 0.5, cross.y + 0.5);
      const { clientWidth, clientHeight } = this.stage.element;
      place(this.lines[0], at.x, 0, at.x, clientHeight);
      place(this.lines[1], 0, at.y, clientWidth, at.y);
    }
    if (!this.store.view.slices || !cross) return;
    const { width, height, sections } = this.record;
    const z = (this.store.view.z + 0.5) / sections;
    const [x, y] = [(cross.x + 0.5) / width, (cross.y + 0.5) / height];
    place(this.views[0].lines[0], x, 0, x, 1);
    place(this.views[0].lines[1], 0, z, 1, z);
    place(this.views[1].lines[0], z, 0, z, 1);
    place(this.views[1].lines[1], 0, y, 1, y);
  }

  async #load() {
    const { view } = this.store;
    if (!view.slices || !view.cross || isDark(this.record, view)) return;
    this.control?.abort();
    this.control = new AbortController();
    const query = planeQuery(this.record, { ...view, zLast: null });
    query.set('v', this.record.version);
    query.set('size', '1024');
    await Promise.all(this.views.map((slice) => this.#fetch(slice, new URLSearchParams(query), view, this.control.signal)));
  }

  async #fetch(slice, query, view, signal) {
    query.set('axis', slice.axis);
    query.set('at', slice.axis === 'y' ? view.cross.y : view.cross.x);
    const where = slice.axis === 'y' ? `y = ${view.cross.y}` : `x = ${view.cross.x}`;
    try {
      const response = await get(`/api/v1/images/${this.record.accession}/section?${query}`, { signal });
      const url = URL.createObjectURL(await response.blob());
      URL.revokeObjectURL(slice.url);
      slice.url = url;
      slice.picture.src = url;
      slice.picture.alt = `${slice.name} slice at ${where}`;
      slice.words.textContent = `${slice.name} at ${where}`;
    } catch (error) {
      if (error instanceof Problem) slice.words.textContent = error.message;
    }
  }
}

function place(line, x1, y1, x2, y2) {
  for (const [name, value] of Object.entries({ x1, y1, x2, y2 })) line.setAttribute(name, value);
}
