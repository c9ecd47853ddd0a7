// Label images over the picture: which one, and how strongly.

import { button, el } from './dom.js';
import { getJson, Problem } from './net.js';
import { PlaneStack, tileSource } from './planes.js';
import { middle } from './view.js';

const NONE = '';

export class Labels {
  /** @param {import('./stage.js').Stage} stage @param {HTMLElement} panel */
  constructor(stage, panel, options, say) {
    this.stage = stage;
    this.store = stage.store;
    this.record = stage.record;
    this.panel = panel;
    this.options = options;
    this.say = say;
    this.found = [];
    this.#load();
  }

  async #load() {
    try {
      const { labels } = await getJson(`/api/v1/images/${this.record.accession}/overlays`);
      this.found = labels;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.say(`Label images could not be looked for: ${error.message}`, true);
    }
    this.#fill();
    this.isLoaded = true;
    this.store.subscribe((view, changed) => this.#changed(view, changed));
  }

  #fill() {
    const parts = [];
    if (this.found.length) {
      this.choice = el('select', { class: 'small', id: 'viewer-labels', on: { change: () => this.store.set({ overlay: this.choice.value }) } });
      this.choice.append(el('option', { value: NONE, text: 'None' }), ...this.found.map((one) => el('option', { value: one.key, text: one.name })));
      this.opacity = el('input', {
        type: 'range', id: 'viewer-opacity', min: 5, max: 100, step: 5, on: { input: () => this.store.set({ opacity: Number(this.opacity.value) }) },
      });
      this.percent = el('span', { class: 'num xs' });
      parts.push(
        el('p', { class: 'row' }, el('label', { for: 'viewer-labels' }, el('b', { text: 'Label image' })), this.choice),
        el('div', { class: 'axis-small' }, el('label', { class: 'xs', for: 'viewer-opacity', text: 'Opacity' }), this.opacity, this.percent),
      );
    }
    if (this.record.is_labels) {
      this.self = button({ label: 'A colour for each value', pressed: false, press: () => this.toggleSelf() });
      parts.push(this.self);
    }
    if (!parts.length) return;
    this.panel.append(el('div', { class: 'stack-s' }, ...parts));
    this.panel.hidden = false;
  }

  toggleSelf() {
    this.store.set({ labels: !this.store.view.labels });
  }

  toggle() {
    if (!this.found.length) return;
    const overlay = this.store.view.overlay ? NONE : this.last ?? this.found[0].key;
    this.store.set({ overlay });
    this.say(overlay ? `Labels ${this.found.find((one) => one.key === overlay).name} are shown.` : 'Labels are hidden.');
  }

  #changed(view, changed) {
    this.self?.setAttribute('aria-pressed', String(view.labels));
    const label = this.found.find((one) => one.key === view.overlay);
    if (!this.choice) return;
    this.choice.value = label ? label.key : NONE;
    this.opacity.value = view.opacity;
    this.opacity.disabled = !label;
    this.percent.textContent = `${view.opacity}\u00a0%`;
    if (label) this.last = label.key;
    if (['overlay', 'z', 't', 'zLast'].some((name) => changed.has(name))) this.#lay(label, view);
    else if (changed.has('opacity')) this.planes?.dim(view.opacity / 100);
  }

  #lay(label, view) {
    if (label?.key !== this.laid?.key) {
      this.planes?.clear();
      this.laid = label;
      this.planes = label && new PlaneStack(this.stage.viewer, (query) => this.#source(label, query), () => this.stage.below, view.opacity / 100);
    }
    if (label) this.planes.show(this.#query(label, view));
  }

  #query(label, view) {
    const query = new URLSearchParams({ labels: 1 });
    const at = (size, own, place) => (size === own ? place : middle(size));
    if (label.sections > 1) query.set('z', at(label.sections, this.record.sections, view.z));
    if (label.times > 1) query.set('t', at(label.times, this.record.times, view.t));
    query.set('v', label.version);
    return query.toString();
  }

  #source(label, query) {
    const address = (level, column, row) => `${label.tiles}/${level}/${column}_${row}.${label.extension}?${query}`;
    return tileSource(this.record, address, this.options);
  }
}
