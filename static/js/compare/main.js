// Images side by side on a page that holds [data-compare]: each a stage of the viewer, linked as their reader wants it.
// The address names the images (i), the view of each (v) and what is linked (link), so that it can be shared.

import { Corners } from '../viewer/corner.js';
import { button, debounced, el, setPressed } from '../viewer/dom.js';
import { getJson, Problem } from '../viewer/net.js';
import { Stage } from '../viewer/stage.js';
import { Store } from '../viewer/store.js';
import { searchOf } from '../viewer/view.js';
import { carried, haveLengths, haveSameValues, plane, withLimits } from './link.js';

const root = document.querySelector('[data-compare]');
const status = document.getElementById('status');
const LINKS = { length: 'Same scale', place: 'Zoom and place', z: 'Sections', t: 'Times', contrast: 'Contrast' };
const MOVES = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };

const say = (sentence) => { if (status && sentence) status.textContent = sentence; };

/** A pane: its stage, and the note over it where something did not come. */
class Pane {
  constructor(frame, record, onChange) {
    this.frame = frame;
    this.record = record;
    this.store = new Store(record, { search: frame.dataset.view ? `?${frame.dataset.view}` : '', write: onChange });
    this.stage = this.#stage();
  }

  #stage() {
    const { frame } = this;
    frame.querySelector('[data-still]').hidden = true;
    const [picture, over] = ['picture', 'over'].map((name) => el('div', { class: name }));
    this.element = el(
      'div', { class: 'stage', tabindex: '0', role: 'application', 'aria-label': `${frame.dataset.alt}. Arrow keys move, plus and minus zoom, 0 fits.` },
      picture, over,
    );
    frame.append(this.element);
    this.note = el('div', { class: 'corner tr note', hidden: true });
    over.append(this.note);
    const stage = new Stage(picture, this.store, {
      picture: frame.dataset.picture,
      onProblem: (problem) => this.#show(problem.message, button({
        label: 'Try again', iconName: 'retry', press: () => { this.note.hidden = true; this.stage.planes.renew(); },
      })),
      onPassing: () => {},
      onWait: (seconds) => this.#show(`The portal is busy; it is asked again in ${seconds} s.`),
    });
    new Corners(stage, over, say);
    return stage;
  }

  #show(sentence, retry = null) {
    this.note.replaceChildren(el('p', { text: sentence }), ...(retry ? [retry] : []));
    this.note.hidden = false;
  }
}

class Comparison {
  /** @param {Pane[]} panes @param {Set<string>} links */
  constructor(panes, links) {
    this.panes = panes;
    this.records = panes.map((pane) => pane.record);
    this.links = links;
    this.leader = panes[0];
    this.isFollowing = false;
    this.buttons = {};
    this.#offerLinks();
    for (const pane of panes) this.#connect(pane);
    document.querySelector('[data-compare-add]')?.addEventListener('submit', () => this.#fillForm());
    for (const link of root.querySelectorAll('[data-leave]')) link.addEventListener('click', () => this.#without(link));
  }

  #offerLinks() {
    const isPossible = {
      length: haveLengths(this.records),
      place: true,
      z: this.records.filter((record) => record.sections > 1).length > 1,
      t: this.records.filter((record) => record.times > 1).length > 1,
      contrast: haveSameValues(this.records),
    };
    const bar = el('div', { class: 'row link-bar', role: 'toolbar', 'aria-label': 'What is linked' }, el('span', { class: 'small soft', text: 'Linked:' }));
    for (const [name, words] of Object.entries(LINKS)) {
      if (!isPossible[name]) {
        this.links.delete(name);
        continue;
      }
      this.buttons[name] = button({ label: words, pressed: this.links.has(name), press: () => this.toggle(name) });
      bar.append(this.buttons[name]);
    }
    bar.append(el('span', { class: 'grow' }), button({ label: 'Fit all', press: () => this.fit() }));
    if (navigator.clipboard) {
      bar.append(button({ label: 'Copy link', iconName: 'share', press: () => { navigator.clipboard.writeText(this.address); say('The address of this comparison was copied.'); } }));
    }
    const axes = el('div', { class: 'row link-axes' }, ...['z', 't'].map((axis) => this.#slider(axis)).filter(Boolean));
    root.before(bar, axes);
  }

  /** One slider for all: it counts in the steps of the image that has the most. */
  #slider(axis) {
    const [size, word] = axis === 'z' ? ['sections', 'Section'] : ['times', 'Time'];
    const most = Math.max(...this.records.map((record) => record[size]));
    if (most < 2) return null;
    const slider = el('input', { type: 'range', min: 0, max: most - 1, value: Math.floor(most / 2), 'aria-label': `${word} of all images` });
    const words = el('span', { class: 'num small' });
    slider.addEventListener('input', () => {
      for (const { store, record } of this.panes) store.set({ [axis]: plane(Number(slider.value), most, record[size]), ...(axis === 'z' ? { zLast: null } : {}) });
    });
    const tell = () => {
      const { view } = this.leader.store;
      slider.value = plane(view[axis], this.leader.record[size], most);
      const deep = this.panes.filter((pane) => pane.record[size] > 1);
      words.textContent = deep.map((pane) => `${pane.store.view[axis] + 1} of ${pane.record[size]}`).join(', ');
    };
    for (const pane of this.panes) pane.store.subscribe((view, changed) => { if (changed.has(axis)) queueMicrotask(tell); });
    return el('label', { class: 'row link-axis' }, el('span', { class: 'small', text: word }), slider, words);
  }

  #connect(pane) {
    const lead = () => { if (!this.isFollowing) this.leader = pane; };
    for (const event of ['pointerdown', 'pointerenter', 'wheel', 'focusin']) pane.frame.addEventListener(event, lead, { passive: true });
    pane.element.addEventListener('keydown', (event) => this.#key(pane, event));
    pane.stage.onDraw(() => this.#drawn(pane));
    pane.store.subscribe((view, changed) => this.#changed(pane, changed));
  }

  #key(pane, event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (MOVES[key]) pane.stage.panBy(...MOVES[key]);
    else if (key === '+' || key === '=') pane.stage.zoomBy(1.5);
    else if (key === '-') pane.stage.zoomBy(1 / 1.5);
    else if (key === '0') this.fit();
    else if (key === 'j' || key === 'k') this.#step(pane, 'z', 'sections', key === 'k' ? 1 : -1);
    else if (key === ',' || key === '.') this.#step(pane, 't', 'times', key === '.' ? 1 : -1);
    else return;
    event.preventDefault();
  }

  #step(pane, axis, size, by) {
    const next = Math.min(pane.record[size] - 1, Math.max(0, pane.store.view[axis] + by));
    pane.store.set({ [axis]: next });
  }

  /** What moved the leader moves the others with it, frame by frame. */
  #drawn(pane) {
    if (pane !== this.leader || this.isFollowing || !this.links.has('place') || !pane.stage.isOpen) return;
    const place = { ...pane.stage.center, scale: pane.stage.scale };
    this.#follow(pane, (other) => other.stage.follow(carried(place, pane.record, other.record, this.links.has('length'))));
  }

  #changed(pane, changed) {
    if (pane !== this.leader || this.isFollowing) return;
    const { record } = pane;
    const { view } = pane.store;
    if (this.links.has('z') && changed.has('z')) {
      this.#follow(pane, (other) => other.store.set({ z: plane(view.z, record.sections, other.record.sections), zLast: null }));
    }
    if (this.links.has('t') && changed.has('t')) {
      this.#follow(pane, (other) => other.store.set({ t: plane(view.t, record.times, other.record.times) }));
    }
  }

  #follow(pane, move) {
    this.isFollowing = true;
    try {
      for (const other of this.panes) if (other !== pane && other.stage.isOpen) move(other);
    } finally {
      this.isFollowing = false;
    }
  }

  toggle(name) {
    if (this.links.has(name)) this.links.delete(name);
    else this.links.add(name);
    setPressed(this.buttons[name], this.links.has(name));
    if (name === 'contrast') this.#contrast();
    else if (name === 'length' || name === 'place') this.#drawn(this.leader);
    say(`${LINKS[name]}: ${this.links.has(name) ? 'linked' : 'each for itself'}.`);
    this.write();
  }

  /** All drawn with the limits of the leader, so that equal values look equal; or each with its own again. */
  #contrast() {
    for (const other of this.panes) {
      if (!this.links.has('contrast')) other.store.set({ channels: other.store.view.channels.map((choice) => ({ ...choice, low: null, high: null })) });
      else other.store.set({ channels: withLimits(this.leader.record, this.leader.store.view, other.record, other.store.view) });
    }
  }

  /** At the same scale the largest fits its frame, and the others follow. */
  fit() {
    const extent = ({ record }) => (this.links.has('length') ? record.width * record.pixel_x_um : 1);
    this.leader = this.panes.reduce((most, pane) => (extent(pane) > extent(most) ? pane : most), this.leader);
    for (const pane of this.panes) if (!this.links.has('place')) pane.stage.fit();
    this.leader.stage.fit();
    this.#drawn(this.leader);
  }

  get query() {
    const query = new URLSearchParams();
    for (const { record } of this.panes) query.append('i', record.accession);
    for (const { record, store } of this.panes) query.append('v', searchOf(record, store.view).slice(1));
    query.set('link', [...this.links].join(','));
    return query;
  }

  get address() {
    return `${location.origin}${location.pathname}?${this.query}`;
  }

  write = debounced(() => history.replaceState(history.state, '', this.address), 300);

  #fillForm() {
    for (const [at, field] of document.querySelectorAll('[data-compare-add] [name="v"]').entries()) {
      if (this.panes[at]) field.value = searchOf(this.panes[at].record, this.panes[at].store.view).slice(1);
    }
  }

  #without(link) {
    const query = new URLSearchParams();
    const rest = this.panes.filter((pane) => pane.record.accession !== link.dataset.leave);
    for (const { record } of rest) query.append('i', record.accession);
    for (const { record, store } of rest) query.append('v', searchOf(record, store.view).slice(1));
    query.set('link', [...this.links].join(','));
    link.search = `?${query}`;
  }
}

async function paneOf(frame, onChange) {
  try {
    return new Pane(frame, await getJson(frame.dataset.pane), onChange);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    frame.append(el('p', { class: 'notice warn', role: 'alert', text: `${error.message} The stored picture is shown meanwhile.` }));
    return null;
  }
}

async function start() {
  let comparison = null;
  const frames = [...root.querySelectorAll('[data-pane]')];
  const panes = (await Promise.all(frames.map((frame) => paneOf(frame, () => comparison?.write())))).filter(Boolean);
  if (!panes.length) return;
  const asked = new URLSearchParams(location.search);
  const links = new Set(asked.has('link') ? asked.get('link').split(',').filter((name) => LINKS[name]) : ['place', 'length', 'z', 't']);
  comparison = new Comparison(panes, links);
  root.comparison = comparison;
  // Fitted once all are there, unless the address says where to look.
  const opened = setInterval(() => {
    if (!panes.every((pane) => pane.stage.isOpen)) return;
    clearInterval(opened);
    if (panes.every((pane) => pane.store.view.zoom === null)) setTimeout(() => comparison.fit(), 50);
  }, 50);
}

if (root) start();
