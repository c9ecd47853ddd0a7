// The deposit page: saves while people type, says so, and keeps what could not be saved in the browser.
(() => {
  'use strict';
  const form = document.querySelector('form[data-autosave]');
  if (!form) return;

  const state = document.getElementById('save-state');
  const retry = document.getElementById('save-retry');
  const key = `deposit:${form.dataset.autosave}`;
  const delay = 900;
  let timer = 0;
  let saving = false;
  let again = false;

  const show = (words, kind) => {
    state.className = `state ${kind}`;
    state.textContent = words;
    retry.hidden = kind !== 'bad';
  };

  const entries = () => {
    const data = new FormData(form);
    data.delete('csrfmiddlewaretoken');
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return data;
  };

  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify([...entries()]));
    } catch {
      // No room or no permission: the page itself still holds the text.
    }
  };
  const forget = () => { try { localStorage.removeItem(key); } catch { /* as above */ } };

  const save = async () => {
    clearTimeout(timer);
    if (saving) { again = true; return; }
    saving = true;
    show('Saving', 'busy');
    const data = entries();
    data.set('csrfmiddlewaretoken', form.elements.csrfmiddlewaretoken.value);
    try {
      const response = await fetch(form.dataset.saveUrl, { method: 'POST', body: data, headers: { Accept: 'application/json' } });
      const answer = await response.json();
      if (!response.ok) {
        show(`Not saved: ${answer.detail}`, 'bad');
        keep();
      } else {
        form.elements.revision.value = answer.revision;
        show(answer.saved, 'ok');
        for (const [id, html] of Object.entries(answer.parts)) document.getElementById(id)?.replaceChildren(fragment(html));
        showProblems(answer.problems);
        forget();
      }
    } catch {
      show('Not saved: no connection. Your text is kept in this browser.', 'bad');
      keep();
    } finally {
      saving = false;
      if (again) { again = false; save(); }
    }
  };

  const fragment = (html) => {
    const template = document.createElement('template');
    template.innerHTML = html;
    return template.content;
  };

  // A problem stands under its field; fields that are merely empty are not scolded while people still type.
  const showProblems = (problems) => {
    for (const place of form.querySelectorAll('[data-problem]')) {
      const words = problems[place.dataset.problem] ?? '';
      place.textContent = words;
      place.hidden = !words;
      const control = document.getElementById(place.id.replace(/^e-/, 'f-'));
      if (control) { if (words) control.setAttribute('aria-invalid', 'true'); else control.removeAttribute('aria-invalid'); }
    }
  };

  const later = () => {
    show('Not saved yet', '');
    keep();
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };
  form.addEventListener('input', (event) => { if (event.target.name && event.target.type !== 'file') later(); });
  form.addEventListener('change', (event) => { if (event.target.name && event.target.type !== 'file') later(); });
  retry.addEventListener('click', save);
  form.addEventListener('submit', () => { clearTimeout(timer); forget(); });

  // Text that a lost connection left behind comes back, and is saved.
  const restore = () => {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key) ?? 'null'); } catch { return; }
    if (!kept) return;
    const texts = new Map();
    for (const [name, value] of kept) texts.set(name, [...(texts.get(name) ?? []), value]);
    let changed = false;
    for (const [name, values] of texts) {
      if (name === 'revision' || name === 'csrfmiddlewaretoken') continue;
      const controls = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
      controls.forEach((control, at) => {
        if (control.type === 'radio' || control.type === 'checkbox') {
          const on = values.includes(control.value);
          changed ||= control.checked !== on;
          control.checked = on;
        } else if (values[at] !== undefined && control.value !== values[at]) {
          control.value = values[at];
          changed = true;
        }
      });
    }
    if (changed) later(); else forget();
  };
  restore();

  // "Add another": a blank row of the same kind, without a reload.
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-add]');
    if (!button) return;
    event.preventDefault();
    const rows = document.getElementById(button.dataset.add);
    const blank = document.getElementById(`${button.dataset.add}-blank`).innerHTML;
    rows.append(fragment(blank.replaceAll('__n__', String(rows.children.length))));
    rows.lastElementChild.querySelector('input, textarea, select')?.focus();
    document.body.dispatchEvent(new CustomEvent('rows-added', { detail: rows.lastElementChild }));
  });
})();
