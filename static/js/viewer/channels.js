// The panel of channels: on or off, colour or lookup table, contrast.

import { Contrast } from './contrast.js';
import { button, debounced, el } from './dom.js';
import { getJson } from './net.js';
import { scaleOf } from './view.js';

const COLOURS = [
  ['Grey', 'FFFFFF'], ['Blue', '0000FF'], ['Green', '00FF00'], ['Red', 'FF0000'],
  ['Cyan', '00FFFF'], ['Magenta', 'FF00FF'], ['Yellow', 'FFFF00'], ['Orange', 'FF8000'],
];
const MOST_OPEN = 6;

export class Channels {
  /** @param {HTMLElement} panel */
  constructor(store, panel, say) {
    this.store = store;
    this.record = store.record;
    this.say = say;
    this.rows = this.record.channels.map((channel, at) => this.#row(channel, at));
    const greys = button({ label: 'Greys', press: () => this.greys(), class: 'btn quiet small', 'aria-label': 'All channels in grey', title: 'All channels in grey' });
    const back = button({ label: 'Reset', press: () => this.reset(), class: 'btn quiet small', 'aria-label': 'Channels as the image suggests them', title: 'Channels as the image suggests them' });
    const head = panel.querySelector('h2');
    const line = el('div', { class: 'row between' });
    head.before(line);
    line.append(head, el('span', { class: 'row heads' }, greys, back));
    panel.querySelector('ol')?.remove();
    panel.append(...this.rows.map((row) => row.frame));
    panel.hidden = false;
    this.measure = debounced(() => this.#measure(), 200);
    store.subscribe((view, changed) => {
      if (changed.has('channels')) this.#show(view);
      if (['z', 'zLast', 't'].some((name) => changed.has(name))) this.measure();
    });
  }

  #row(channel, at) {
    const isOn = el('input', { type: 'checkbox', on: { change: () => this.store.setChannel(at, { on: isOn.checked }) } });
    const names = el('select', { class: 'small', 'aria-label': `Colour of ${channel.name}` });
    names.addEventListener('change', () => { if (names.value) this.store.setChannel(at, { color: names.value }); });
    const own = COLOURS.some(([, value]) => value === channel.color) ? [] : [['Own', channel.color]];
    for (const [name, value] of [...own, ...COLOURS]) names.append(el('option', { value, text: name }));
    names.append(el('option', { value: '', text: 'Other' }));
    const tables = this.record.lookup_tables.map(({ name, label }) => el('option', { value: name, text: label }));
    names.append(el('optgroup', { label: 'Lookup tables' }, ...tables));
    const colour = el('input', {
      type: 'color', class: 'swatch', 'aria-label': `Any colour for ${channel.name}`,
      on: { input: () => this.store.setChannel(at, { color: colour.value.slice(1).toUpperCase() }) },
    });
    const contrast = new Contrast(this.store, at);
    const frame = el(
      'fieldset', { class: 'channel stack-s' },
      el('legend', { class: 'vh', text: channel.name }),
      el(
        'div', { class: 'row between' },
        el('label', { class: 'pick grow' }, isOn, el('b', { text: channel.name }), channel.detail ? el('span', { class: 'xs soft', text: channel.detail }) : null),
        el('span', { class: 'row colours' }, colour, names),
      ),
      contrast.frame,
    );
    return { isOn, colour, names, contrast, frame };
  }

  toggle(at) {
    const channel = this.record.channels[at];
    if (!channel) return;
    const on = !this.store.view.channels[at].on;
    this.store.setChannel(at, { on });
    this.say(`${channel.name} is ${on ? 'shown' : 'hidden'}.`);
  }

  greys() {
    this.store.set({ channels: this.store.view.channels.map((choice) => ({ ...choice, color: 'FFFFFF' })) });
  }

  reset() {
    this.store.set({
      channels: this.record.channels.map(({ index, on, color }) => ({ index, on, color, low: null, high: null })),
    });
    this.say('Channels are as the image suggests them.');
  }

  fit() {
    for (const [at, row] of this.rows.entries()) if (this.store.view.channels[at].on) row.contrast.fit();
    this.say('Contrast is fitted to this plane.');
  }

  #show(view) {
    for (const [at, row] of this.rows.entries()) {
      const choice = view.channels[at];
      row.isOn.checked = choice.on;
      row.colour.value = `#${scaleOf(this.record, choice.color).at(-1).toLowerCase()}`;
      const isNamed = [...row.names.options].some((option) => option.value === choice.color);
      row.names.value = isNamed ? choice.color : '';
      // Of a spectral image only the channels that are on unfold.
      row.contrast.frame.hidden = this.rows.length > MOST_OPEN && !choice.on;
      row.contrast.show(view);
    }
  }

  async #measure() {
    const { z, zLast, t } = this.store.view;
    const sections = zLast === null ? z : `${z}-${zLast}`;
    this.control?.abort();
    this.control = new AbortController();
    const address = `/api/v1/images/${this.record.accession}/histogram?${new URLSearchParams({ z: sections, t })}`;
    try {
      const found = await getJson(address, { signal: this.control.signal });
      for (const histogram of found) this.rows[histogram.channel]?.contrast.setHistogram(histogram);
    } catch {
      // Without its histogram a channel still has its limits; the tiles tell of what is wrong.
    }
  }
}
