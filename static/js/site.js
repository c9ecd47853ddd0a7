// Small help for every page; each part is a link, a form or a <details> that also works without it.
(() => {
  'use strict';

  const status = document.getElementById('status');
  const say = (sentence) => {
    if (status) status.textContent = sentence;
  };
  // What any script says stays for as long as it takes to read it twice, then uncovers the page again.
  let silence = 0;
  if (status) {
    new MutationObserver(() => {
      clearTimeout(silence);
      if (status.textContent) silence = setTimeout(() => say(''), 4000 + 100 * status.textContent.length);
    }).observe(status, { childList: true });
  }

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

  // A moment as the reader's own clock shows it; the day stays where it is another one.
  const localTimes = (root) => {
    for (const time of root.querySelectorAll('time[data-clock]')) {
      const at = new Date(time.dateTime);
      const clock = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
      const isToday = at.toDateString() === new Date().toDateString();
      time.textContent = isToday ? clock : `${at.toLocaleDateString('en', { day: 'numeric', month: 'long' })}, ${clock}`;
    }
  };
  localTimes(document);

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
    button.dataset.copied = '';
    setTimeout(() => { delete button.dataset.copied; }, 2000);
    say('Copied.');
  });
  connectCopies(document);

  // What htmx brings in is connected too; a request that fails says so instead of doing nothing.
  document.addEventListener('htmx:load', (event) => {
    connectCopies(event.detail.elt);
    localTimes(event.detail.elt.parentElement ?? document);
  });
  // What came anew tells how much was found.
  document.addEventListener('htmx:afterSettle', () => {
    const found = document.querySelector('main [data-announce]');
    if (found) say(found.textContent.trim().replace(/\s+/g, ' '));
  });
  document.addEventListener('htmx:sendError', () => say('No connection. What you wrote is still on this page; please try again.'));
  document.addEventListener('htmx:responseError', (event) => say(
    `The portal answered with an error (${event.detail.xhr.status}). What you wrote is still on this page; please try again.`,
  ));
})();
