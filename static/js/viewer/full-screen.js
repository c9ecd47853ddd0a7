// Full screen: the panels beside the viewer come along, and go back to their places on the page.

import { button, setPressed } from './dom.js';

// Where the panels would leave no room for the picture, they come when they are asked for.
const NARROW = matchMedia('(max-width: 47.99rem)');

export class FullScreen {
  /** @param {HTMLElement} root the viewer @param {HTMLElement[]} panels what stands beside it on the page */
  constructor(root, panels) {
    this.root = root;
    this.panels = panels;
    this.side = document.createElement('aside');
    this.side.className = 'side stack';
    this.side.setAttribute('aria-label', 'How it is shown');
    this.places = panels.map(() => document.createComment('panel'));
    this.enter = button({ label: 'Full screen', iconName: 'full', wordless: true, keys: 'f', press: () => this.toggle() });
    this.enter.hidden = !document.fullscreenEnabled;
    this.choice = button({ label: 'Panels', pressed: true, press: () => this.#show(this.side.hidden) });
    this.choice.hidden = true;
    root.addEventListener('fullscreenchange', () => this.#changed());
  }

  get isOn() {
    return document.fullscreenElement === this.root;
  }

  async toggle() {
    if (this.isOn) await document.exitFullscreen();
    else await this.root.requestFullscreen();
  }

  #changed() {
    setPressed(this.enter, this.isOn);
    this.choice.hidden = !this.isOn;
    if (this.isOn) {
      this.panels.forEach((panel, at) => panel.replaceWith(this.places[at]));
      this.side.append(...this.panels);
      this.root.append(this.side);
      this.#show(!NARROW.matches);
    } else {
      this.places.forEach((place, at) => place.replaceWith(this.panels[at]));
      this.side.remove();
    }
  }

  #show(isShown) {
    this.side.hidden = !isShown;
    setPressed(this.choice, isShown);
  }
}
