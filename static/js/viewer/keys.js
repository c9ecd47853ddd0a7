// Everything by keyboard, as one table: it moves the viewer and is what `?` shows. Letters count only while the focus is
// inside the viewer, and never in a field that takes text.

import { button, el } from './dom.js';

const TEXT = 'input[type="number"], input[type="text"], select, textarea, dialog *';

/**
 * @typedef {{keys: string[], words: string, run: (key: string, event: KeyboardEvent) => void, onStage?: boolean}} Binding
 *   `onStage`: only where the picture itself has the focus, since sliders need these keys
 */
export class Keys {
  /** @param {HTMLElement} root @param {HTMLElement} stage @param {Binding[]} bindings */
  constructor(root, stage, bindings) {
    this.bindings = bindings;
    this.stage = stage;
    this.dialog = this.#dialog();
    root.append(this.dialog);
    root.addEventListener('keydown', (event) => this.#pressed(event));
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TEXT)) return;
    const key = event.shiftKey && event.key.startsWith('Arrow') ? `Shift+${event.key}` : event.key;
    const isOnStage = this.stage.contains(event.target);
    const found = this.bindings.find((one) => one.keys.includes(key) && (isOnStage || !one.onStage));
    if (!found) return;
    event.preventDefault();
    found.run(key, event);
  }

  #dialog() {
    const said = (key) => key.replace(/^Shift\+Arrow/, 'Shift ').replace(/^Arrow/, '').replace(/^ $/, 'Space');
    const rows = this.bindings.map((one) => [
      el('dt', {}, ...one.keys.flatMap((key) => [el('kbd', { text: said(key) }), ' '])),
      el('dd', { text: one.words }),
    ]);
    const dialog = el(
      'dialog', { class: 'dialog stack', 'aria-labelledby': 'viewer-keys' },
      el('h2', { id: 'viewer-keys', text: 'Keys of the viewer' }),
      el('p', { class: 'small soft', text: 'They work while the focus is in the viewer. Tab reaches every button and slider.' }),
      el('dl', { class: 'facts keys' }, ...rows.flat()),
      button({ label: 'Close', press: () => dialog.close() }),
    );
    return dialog;
  }

  show() {
    this.dialog.showModal();
  }
}
