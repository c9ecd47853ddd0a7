// The sliders of Z and T, what is played through them, and the range of a maximum projection.

import { button, clamp, el, icon } from './dom.js';
import { length, seconds } from './units.js';

const SPEEDS = [1, 2, 5, 10, 20];
const AHEAD = 3;

export class Axes {
  /** @param {import('./stage.js').Stage} stage */
  constructor(stage, frame, say) {
    this.stage = stage;
    this.store = stage.store;
    this.record = stage.record;
    this.say = say;
    this.speed = 5;
    this.isLooping = true;
    this.rows = {};
    if (this.record.sections > 1) this.rows.z = this.#row('z', 'Z', this.record.sections, 'section');
    if (this.record.times > 1) this.rows.t = this.#row('t', 'T', this.record.times, 'time point');
    const rows = Object.values(this.rows);
    frame.append(...rows.map((row) => row.frame));
    frame.hidden = !rows.length;
    if (rows.length) frame.append(this.#playing());
    if (this.rows.z) this.#addLast();
    this.store.subscribe((view) => this.#show(view));
  }

  #row(name, label, size, noun) {
    const slider = el('input', {
      type: 'range', min: 1, max: size, step: 1, id: `viewer-${name}`, 'data-axis': name,
      on: { input: () => { this.stop(); this.move(name, Number(slider.value) - 1); } },
    });
    const play = button({
      label: `Play through ${label}`, iconName: 'play', wordless: true, pressed: false,
      press: () => (this.playing === name ? this.stop() : this.play(name)),
    });
    const words = el('span', { class: 'num' });
    const frame = el('div', { class: 'axis' }, el('label', { for: slider.id, text: label }), play, slider, words);
    return { name, size, noun, slider, play, words, frame };
  }

  /** The end of the range that a maximum projection takes. */
  #addLast() {
    this.last = el('input', {
      type: 'range', min: 1, max: this.record.sections, step: 1, id: 'viewer-z-last',
      on: { input: () => this.#setLast(Number(this.last.value) - 1) },
    });
    this.lastRow = el(
      'div', { class: 'axis', hidden: true },
      el('label', { for: 'viewer-z-last' }, 'to', el('span', { class: 'vh', text: ' last section of the projection' })),
      el('span', { 'aria-hidden': 'true' }), this.last, el('span', { class: 'num', text: 'last section' }),
    );
    this.rows.z.frame.after(this.lastRow);
  }

  #playing() {
    const speed = el('select', {
      class: 'small', id: 'viewer-speed', on: { change: () => { this.speed = Number(speed.value); } },
    }, ...SPEEDS.map((rate) => el('option', { value: rate, text: `${rate} per second`, selected: rate === this.speed })));
    const loop = el('input', {
      type: 'checkbox', checked: true, on: { change: () => { this.isLooping = loop.checked; } },
    });
    return el(
      'p', { class: 'row small playing' },
      el('label', { for: 'viewer-speed', text: 'Speed' }), speed,
      el('label', { class: 'pick' }, loop, 'Loop'),
    );
  }

  /** Set an axis; the range of a projection keeps its length. */
  move(name, to) {
    const { view } = this.store;
    const place = clamp(to, 0, this.rows[name].size - 1);
    if (name === 'z' && view.zLast !== null) {
      const span = view.zLast - view.z;
      const first = clamp(place, 0, this.record.sections - 1 - span);
      this.store.set({ z: first, zLast: first + span });
    } else {
      this.store.set({ [name]: place });
    }
  }

  step(name, by) {
    if (!this.rows[name]) return;
    this.stop();
    this.move(name, this.store.view[name] + by);
    this.say(this.rows[name].slider.getAttribute('aria-valuetext'));
  }

  #setLast(last) {
    const { z } = this.store.view;
    this.store.set({ z: Math.min(z, last), zLast: Math.max(z, last) });
  }

  toggleProjection() {
    if (!this.rows.z) return;
    this.stop();
    const { view, record } = { view: this.store.view, record: this.record };
    if (view.zLast === null) this.store.set({ z: 0, zLast: record.sections - 1 });
    else this.store.set({ z: Math.floor((view.z + view.zLast) / 2), zLast: null });
    this.say(this.store.view.zLast === null ? 'One section.' : 'Maximum projection.');
  }

  /** Each step waits for its plane, so that a slow server slows the film instead of skipping it. */
  async play(name) {
    this.stop();
    if (!this.rows[name]) return;
    this.playing = name;
    const turn = {};
    this.turn = turn;
    this.#show(this.store.view);
    while (this.turn === turn) {
      const begun = performance.now();
      const next = this.#following(name, this.store.view[name]);
      if (next === null) break;
      this.move(name, next);
      this.#fetchAhead(name);
      await this.stage.shown;
      await new Promise((done) => { setTimeout(done, Math.max(0, 1000 / this.speed - (performance.now() - begun))); });
    }
    if (this.turn === turn) this.stop();
  }

  stop() {
    if (!this.playing) return;
    this.playing = null;
    this.turn = null;
    this.stage.planes.prefetch([]);
    this.#show(this.store.view);
  }

  #following(name, at) {
    const { view } = this.store;
    const last = this.rows[name].size - 1 - (name === 'z' && view.zLast !== null ? view.zLast - view.z : 0);
    if (at < last) return at + 1;
    return this.isLooping && last > 0 ? 0 : null;
  }

  #fetchAhead(name) {
    const { view } = this.store;
    if (view.zLast !== null && name === 'z') return;
    const queries = [];
    for (let at = this.#following(name, view[name]); at !== null && queries.length < AHEAD; at = this.#following(name, at)) {
      queries.push(this.stage.query({ ...view, [name]: at }));
    }
    this.stage.planes.prefetch(queries);
  }

  #show(view) {
    for (const row of Object.values(this.rows)) {
      const words = this.#words(row, view);
      row.slider.value = view[row.name] + 1;
      row.slider.setAttribute('aria-valuetext', words);
      row.words.textContent = words;
      const isPlaying = this.playing === row.name;
      if (row.play.getAttribute('aria-pressed') !== String(isPlaying)) {
        row.play.setAttribute('aria-pressed', String(isPlaying));
        row.play.replaceChildren(icon(isPlaying ? 'pause' : 'play'));
      }
    }
    if (!this.lastRow) return;
    this.lastRow.hidden = view.zLast === null;
    if (view.zLast !== null) {
      this.last.value = view.zLast + 1;
      this.last.setAttribute('aria-valuetext', `section ${view.zLast + 1} of ${this.record.sections}`);
    }
  }

  #words(row, view) {
    const { record } = this;
    const at = view[row.name];
    if (row.name === 'z' && view.zLast !== null) return `${at + 1} to ${view.zLast + 1} of ${row.size}`;
    const apart = row.name === 'z' ? record.pixel_z_um : record.time_increment_s;
    const said = row.name === 'z' ? length : seconds;
    return `${at + 1} of ${row.size}${apart ? ` · ${said(at * apart)}` : ''}`;
  }
}

