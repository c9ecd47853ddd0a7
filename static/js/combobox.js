// An editable combobox with a list of suggestions (WAI-ARIA Authoring Practices, "combobox with list autocomplete").
// window.combobox(input, { suggest, choose }): `suggest(text)` resolves to options {text, notes, mark?}; `choose(option)`
// is called when one is taken. The input keeps whatever was typed; a list is help, never a cage.
(() => {
  'use strict';
  const WAIT = 120;
  let made = 0;

  const line = (words, className) => {
    const span = document.createElement('span');
    span.className = className;
    span.textContent = words;
    return span;
  };

  const marked = (text, typed) => {
    const span = document.createElement('span');
    const at = text.toLowerCase().indexOf(typed.toLowerCase());
    if (!typed || at < 0) { span.textContent = text; return span; }
    const mark = document.createElement('mark');
    mark.textContent = text.slice(at, at + typed.length);
    span.append(text.slice(0, at), mark, text.slice(at + typed.length));
    return span;
  };

  window.combobox = (input, { suggest, choose, label = 'Suggestions' }) => {
    made += 1;
    const box = document.createElement('ul');
    box.className = 'listbox';
    box.id = `suggestions-${made}`;
    box.setAttribute('role', 'listbox');
    box.setAttribute('aria-label', label);
    box.hidden = true;
    const combo = input.closest('.combo') ?? input.parentElement;
    combo.append(box);
    for (const [name, value] of Object.entries({
      role: 'combobox', autocomplete: 'off', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': box.id,
    })) input.setAttribute(name, value);

    let options = [];
    let active = -1;
    let timer = 0;
    let asked = 0;

    const close = () => {
      box.hidden = true;
      active = -1;
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    };
    const point = (at) => {
      active = (at + options.length) % options.length;
      [...box.children].forEach((item, index) => item.setAttribute('aria-selected', String(index === active)));
      input.setAttribute('aria-activedescendant', box.children[active].id);
      box.children[active].scrollIntoView({ block: 'nearest' });
    };
    const take = (at) => {
      const option = options[at];
      close();
      choose(option);
    };
    const show = (typed) => {
      box.replaceChildren(...options.map((option, index) => {
        const item = document.createElement('li');
        item.id = `${box.id}-${index}`;
        item.setAttribute('role', 'option');
        item.setAttribute('aria-selected', 'false');
        item.append(marked(option.text, typed), ...option.notes.map(([words, kind]) => line(words, kind)));
        item.addEventListener('mousedown', (event) => { event.preventDefault(); take(index); });
        return item;
      }));
      box.hidden = options.length === 0;
      input.setAttribute('aria-expanded', String(options.length > 0));
      active = -1;
    };
    const ask = async () => {
      const typed = input.value.trim();
      asked += 1;
      const mine = asked;
      const found = typed.length < 2 ? [] : await suggest(typed).catch(() => []);
      // An answer that comes after a later question is dropped.
      if (mine !== asked || document.activeElement !== input) return;
      options = found;
      show(typed);
    };

    input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
    input.addEventListener('blur', close);
    input.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' && box.hidden) { ask(); return; }
      if (box.hidden) return;
      if (event.key === 'ArrowDown') point(active + 1);
      else if (event.key === 'ArrowUp') point(active < 0 ? -1 : active - 1);
      else if (event.key === 'Enter' && active >= 0) take(active);
      else if (event.key === 'Escape') close();
      else return;
      event.preventDefault();
    });
  };
})();
