// The reader's choice of theme, and nothing more. Without this file a page follows the system.
// It stands in the head and runs before the first paint, so that no page flashes in the other theme.
(() => {
  'use strict';
  const order = ['auto', 'light', 'dark'];
  const root = document.documentElement;
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem('theme') ?? 'auto';
  } catch {
    // Storage is switched off: the choice lasts for this page.
  }
  if (!order.includes(chosen)) chosen = 'auto';

  const apply = () => {
    if (chosen === 'auto') root.removeAttribute('data-theme');
    else root.setAttribute('data-theme', chosen);
  };

  const connect = () => {
    const button = document.querySelector('[data-theme-toggle]');
    if (!button) return;
    const name = button.querySelector('[data-theme-name]');
    const show = () => { name.textContent = chosen; };
    button.hidden = false;
    show();
    button.addEventListener('click', () => {
      chosen = order[(order.indexOf(chosen) + 1) % order.length];
      try {
        localStorage.setItem('theme', chosen);
      } catch {
        // As above.
      }
      apply();
      show();
    });
  };

  apply();
  document.addEventListener('DOMContentLoaded', connect);
})();
