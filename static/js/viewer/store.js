// The one place where the view changes; parts of the viewer hear of it and draw themselves anew.

import { searchOf, viewOf } from './view.js';
import { debounced } from './dom.js';

export class Store {
  /**
   * @param {object} record the image's viewer record
   * @param {{search?: string, write?: Function}} [place] where the view stands, unless it is the page's own address
   */
  constructor(record, { search = location.search, write = null } = {}) {
    this.record = record;
    this.view = viewOf(record, search);
    this.listeners = [];
    // Browsers refuse more than a few changes of the address in a second.
    this.write = write ?? debounced(() => this.#write(), 250);
    if (write) return;
    for (const link of document.querySelectorAll('[data-window]')) link.search = location.search;
  }

  /** `hear(view, changed)`, with the names of what changed; once at the start with all of them. */
  subscribe(hear) {
    this.listeners.push(hear);
    hear(this.view, new Set(Object.keys(this.view)));
  }

  set(changes) {
    const changed = Object.keys(changes).filter((name) => this.view[name] !== changes[name]);
    if (!changed.length) return;
    this.view = { ...this.view, ...changes };
    for (const hear of this.listeners) hear(this.view, new Set(changed));
    this.write();
  }

  /** Change one channel. */
  setChannel(at, changes) {
    this.set({ channels: this.view.channels.map((choice, i) => (i === at ? { ...choice, ...changes } : choice)) });
  }

  /** The address of this view. */
  get address() {
    return `${location.origin}${location.pathname}${searchOf(this.record, this.view)}`;
  }

  #write() {
    const search = searchOf(this.record, this.view);
    history.replaceState(history.state, '', `${search || location.pathname}${location.hash}`);
    // Other pages of the same image open at the same view.
    for (const link of document.querySelectorAll('[data-window]')) link.search = search;
  }
}
