// A plate by keyboard: one stop for Tab, arrows from well to well; what a well is stands in the heading of its grid while
// it is looked at.
(() => {
  'use strict';
  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  for (const table of document.querySelectorAll('[data-wells]')) {
    const now = (table.closest('section') ?? document).querySelector('[data-well-now]');
    const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll('td')]);
    const linkAt = (row, column) => rows[row]?.[column]?.querySelector('a');
    const links = [...table.querySelectorAll('a')];
    if (!links.length) continue;
    for (const link of links) link.tabIndex = -1;
    links[0].tabIndex = 0;

    const focus = (link) => {
      table.querySelector('a[tabindex="0"]').tabIndex = -1;
      link.tabIndex = 0;
      link.focus();
    };
    table.addEventListener('keydown', (event) => {
      const cell = event.target.closest('td');
      if (!cell || event.ctrlKey || event.altKey || event.metaKey) return;
      let row = rows.findIndex((cells) => cells.includes(cell));
      let column = rows[row]?.indexOf(cell) ?? -1;
      let target = null;
      if (event.key === 'Home') target = rows[row].find((one) => one.querySelector('a'))?.querySelector('a');
      if (event.key === 'End') target = rows[row].findLast((one) => one.querySelector('a'))?.querySelector('a');
      const step = STEPS[event.key];
      // Wells without an image are passed over.
      while (step && !target) {
        [row, column] = [row + step[0], column + step[1]];
        if (!rows[row]?.[column]) break;
        target = linkAt(row, column);
      }
      if (target) focus(target);
      if (target || step) event.preventDefault();
    });
    table.addEventListener('focusin', (event) => {
      const link = event.target.closest('a');
      if (link && link.tabIndex < 0) focus(link);
    });
    for (const name of ['pointerover', 'focusin']) {
      table.addEventListener(name, (event) => {
        const cell = event.target.closest('td');
        const well = cell?.querySelector('[title]');
        if (well && now) now.textContent = event.target.closest('[title]')?.title ?? well.title;
      });
    }
  }
})();
