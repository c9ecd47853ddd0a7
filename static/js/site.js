// Small help for every page; each part is a link, a form or a <details> that also works without it.
(() => {
  'use strict';

  // An error summary takes the focus when the page arrives, so that it is read first.
  document.querySelector('.problems[tabindex="-1"]')?.focus();

  // Menus close with Escape (the focus goes back to their button) and with a click elsewhere.
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector('summary').focus();
    }
  });
  document.addEventListener('click', (event) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // A button that copies the text of the field or element it names: <button data-copy="id" hidden>.
  const connectCopies = (root) => {
    if (!navigator.clipboard) return;
    for (const button of root.querySelectorAll('[data-copy][hidden]')) button.hidden = false;
  };
  document.addEventListener('click', async (event) => {
    const button = event.target.closest?.('[data-copy]');
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    const status = document.getElementById('status');
    if (status) status.textContent = 'Copied.';
  });
  connectCopies(document);

  // What htmx brings in is connected too; a request that fails says so instead of doing nothing.
  document.addEventListener('htmx:load', (event) => connectCopies(event.detail.elt));
  const say = (sentence) => {
    const status = document.getElementById('status');
    if (status) status.textContent = sentence;
  };
  document.addEventListener('htmx:sendError', () => say('No connection. What you wrote is still on this page; please try again.'));
  document.addEventListener('htmx:responseError', (event) => say(
    `The portal answered with an error (${event.detail.xhr.status}). What you wrote is still on this page; please try again.`,
  ));
})();
