// Items that name each other: the fields that do so suggest the names as they are on the page now, and follow when an
// item is called otherwise.
(() => {
  'use strict';
  const lists = [...document.querySelectorAll('datalist[data-section]')];
  if (!lists.length) return;
  const isName = (input, { section, field }) => {
    const [first, number, last, ...rest] = (input.name ?? '').split('.');
    return first === section && last === field && /^\d+$/.test(number) && !rest.length;
  };
  const fill = (list) => {
    const names = [...list.closest('form').elements].filter((control) => isName(control, list.dataset));
    const texts = new Set(names.map((control) => control.value.trim()).filter(Boolean));
    list.replaceChildren(...[...texts].map((text) => new Option('', text)));
  };
  const follow = (list, was, now) => {
    const names = [...list.options].map((option) => option.value);
    if (!was || !now || was === now || names.includes(was)) return;
    for (const input of document.querySelectorAll(`input[data-items="${list.dataset.section}"]`)) {
      if (input.value.trim() === was) input.value = now;
    }
  };
  const held = new WeakMap();
  // Others have a value too: a list's item has its number.
  const isText = (target) => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  document.addEventListener('focusin', ({ target }) => { if (isText(target)) held.set(target, target.value.trim()); });
  document.addEventListener('change', ({ target }) => {
    if (!isText(target)) return;
    if (target.matches('input[data-items]')) window.offerAnother(target, ['list', 'data-items', 'autocomplete']);
    const list = lists.find(({ dataset }) => isName(target, dataset));
    if (!list) return;
    fill(list);
    follow(list, held.get(target), target.value.trim());
    held.set(target, target.value.trim());
  });
})();
