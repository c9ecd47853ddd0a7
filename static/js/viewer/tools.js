// The row of buttons above the picture.

import { button, setPressed } from './dom.js';

export class Tools {
  /** @param {{stage: object, axes: object, slices: object, keys: object, full: object, say: Function}} parts */
  constructor(frame, parts) {
    const { stage, axes, slices, keys, full, say } = parts;
    const { record, store } = stage;
    this.say = say;
    const add = (made) => { frame.append(made); return made; };
    add(button({ label: 'Zoom in', iconName: 'plus', wordless: true, keys: '+', press: () => stage.zoomBy(1.5) }));
    add(button({ label: 'Zoom out', sign: '−', wordless: true, keys: '-', press: () => stage.zoomBy(1 / 1.5) }));
    add(button({ label: 'Fit', keys: '0', press: () => stage.fit() }));
    add(button({ label: '100\u00a0%', keys: '1:1', press: () => stage.zoomTo(1) })).removeAttribute('aria-keyshortcuts');
    const toggles = [];
    const toggle = (label, keys_, isOn, press) => {
      toggles.push([add(button({ label, keys: keys_, pressed: false, press })), isOn]);
    };
    if (record.sections > 1) {
      toggle('Max projection', 'p', (view) => view.zLast !== null, () => axes.toggleProjection());
      toggle('XZ, ZY', 's', (view) => view.slices, () => slices.toggle());
    }
    toggle('Crosshair', 'x', (view) => Boolean(view.cross), () => slices.toggleCross());
    if (record.pixel_x_um) toggle('Scale bar', 'b', (view) => view.bar, () => store.set({ bar: !store.view.bar }));
    add(full.enter);
    add(full.choice);
    this.copy = add(button({ label: 'Copy link', iconName: 'link', press: () => this.copyLink(store) }));
    add(button({ label: 'Keys', iconName: 'question', wordless: true, keys: '?', press: () => keys.show() }));
    store.subscribe((view) => toggles.forEach(([made, isOn]) => setPressed(made, isOn(view))));
  }

  async copyLink(store) {
    try {
      await navigator.clipboard.writeText(store.address);
      this.say('The link to this view is copied.', true);
    } catch {
      this.say('The browser did not allow copying. The address of the page holds this view: copy it from there.', true);
    }
  }
}
