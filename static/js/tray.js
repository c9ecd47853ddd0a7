// The compare tray: images that this browser keeps for a comparison, offered on every page. Without scripts or storage
// there is no tray; the page of a comparison takes accessions as well.
(() => {
  'use strict';

  const KEY = 'compare-tray';
  const MOST = 9;
  const script = document.currentScript;

  const load = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return Array.isArray(kept) ? kept.filter((item) => typeof item?.accession === 'string').slice(0, MOST) : [];
    } catch {
      return [];
    }
  };
  let kept = load();

  const save = () => {
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Kept for this page alone.
    }
  };

  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  const say = (sentence) => {
    const status = document.getElementById('status');
    if (status) status.textContent = sentence;
  };

  const holds = (accession) => kept.some((item) => item.accession === accession);

  const toggle = (button) => {
    const { compare: accession, picture = '', name = '' } = button.dataset;
    if (holds(accession)) {
      kept = kept.filter((item) => item.accession !== accession);
      say(`${accession} is no longer in the compare tray.`);
    } else if (kept.length >= MOST) {
      say(`The compare tray holds ${MOST} images. Take one out first.`);
      return;
    } else {
      kept = [...kept, { accession, picture, name }];
      say(`${accession} is in the compare tray, with ${kept.length - 1} other${kept.length === 2 ? '' : 's'}.`);
    }
    save();
    show();
  };

  const showButtons = (root) => {
    for (const button of root.querySelectorAll('[data-compare]')) {
      if (button.tagName !== 'BUTTON') continue;
      button.hidden = false;
      button.setAttribute('aria-pressed', String(holds(button.dataset.compare)));
    }
  };

  const thumb = ({ accession, picture, name }) => {
    const leave = make('button', { class: 'tray-item', type: 'button', title: `${name || accession}: take out`, 'aria-label': `Take ${accession} out of the tray` });
    if (picture) {
      const image = make('img', { class: 'thumb s', src: picture, alt: '', width: 64, height: 64 });
      image.addEventListener('error', () => image.replaceWith(accession));
      leave.append(image);
    } else leave.append(accession);
    leave.addEventListener('click', () => {
      kept = kept.filter((item) => item.accession !== accession);
      save();
      show();
      say(`${accession} is no longer in the compare tray.`);
    });
    return make('li', {}, leave);
  };

  const bar = make('section', { class: 'tray row', 'aria-label': 'Compare tray', hidden: '' });

  const show = () => {
    showButtons(document);
    bar.hidden = !kept.length || Boolean(document.querySelector('main [data-pane]'));
    if (bar.hidden) return;
    const query = new URLSearchParams(kept.map((item) => ['i', item.accession]));
    const open = make('a', { class: 'btn small primary', href: `${script.dataset.address}?${query}` });
    open.textContent = kept.length === 1 ? 'Open; add another to compare' : `Compare ${kept.length}, zoom linked`;
    const empty = make('button', { class: 'btn small', type: 'button' }, 'Empty the tray');
    empty.addEventListener('click', () => {
      kept = [];
      save();
      show();
      say('The compare tray is empty.');
    });
    bar.replaceChildren(make('b', { class: 'small' }, 'Compare tray'), make('ul', { class: 'row' }, ...kept.map(thumb)), open, empty);
    measure();
  };

  // Messages stand above the tray, however many lines it has.
  const measure = () => document.documentElement.style.setProperty('--tray', `${bar.offsetHeight}px`);
  window.addEventListener('resize', measure);

  document.addEventListener('DOMContentLoaded', () => {
    document.querySelector('main').after(bar);
    show();
  });
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('button[data-compare]');
    if (button) toggle(button);
  });
  // What htmx brings in, and what another window of this browser did.
  document.addEventListener('htmx:load', (event) => showButtons(event.detail.elt));
  window.addEventListener('storage', (event) => {
    if (event.key !== KEY) return;
    kept = load();
    show();
  });
})();
