// The deposit page: saves while people type, says so, and keeps in the browser what could not be saved. Without it the
// page's buttons save the whole form.
(() => {
  'use strict';
  const form = document.querySelector('form[data-autosave]');
  if (!form) return;

  const DELAY = 900;
  const OURS = new Set(['revision', 'csrfmiddlewaretoken']);
  const state = document.getElementById('save-state');
  const retry = document.getElementById('save-retry');
  const key = `deposit:${form.dataset.autosave}`;
  let timer = 0;
  let saving = false;
  let again = false;
  let fresh = false;
  let conflict = false;
  let held = null;

  const fragment = (html) => {
    const template = document.createElement('template');
    template.innerHTML = html;
    return template.content;
  };

  // ---- what could not be saved: kept for this window alone, so that another one does not find it in its form -------

  const entries = () => {
    const data = new FormData(form);
    data.delete('csrfmiddlewaretoken');
    return data;
  };
  const keep = () => {
    try {
      sessionStorage.setItem(key, JSON.stringify([...entries()]));
    } catch {
      // No room or no permission: the page itself still holds the text.
    }
  };
  const forget = () => { try { sessionStorage.removeItem(key); } catch { /* as above */ } };

  // ---- rows of lists ---------------------------------------------------------------------------------------------

  const numberOf = (name, list) => {
    const rest = name.startsWith(`${list}.`) ? name.slice(list.length + 1).split('.')[0] : '';
    return /^\d+$/.test(rest) ? Number(rest) : -1;
  };
  const listOf = (button) => button.dataset.list ?? button.value;
  const addRow = (button) => {
    const rows = document.getElementById(button.dataset.add);
    const names = [...rows.querySelectorAll('[name]')].map((control) => control.name);
    const number = Math.max(-1, ...names.map((name) => numberOf(name, listOf(button)))) + 1;
    const blank = document.getElementById(`${button.dataset.add}-blank`).innerHTML;
    rows.append(fragment(blank.replaceAll('__n__', String(number)).replaceAll('__count__', String(rows.childElementCount + 1))));
    document.body.dispatchEvent(new CustomEvent('rows-added', { detail: rows.lastElementChild }));
    return rows.lastElementChild;
  };
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-add]');
    if (!button) return;
    event.preventDefault();
    addRow(button).querySelector('input:not([type=hidden]), textarea, select')?.focus();
  });

  // ---- saving ----------------------------------------------------------------------------------------------------

  const show = (words, kind) => {
    state.className = `state ${kind}`;
    state.textContent = words;
    retry.hidden = kind !== 'bad';
    retry.textContent = conflict ? 'Compare' : 'Retry';
  };
  const saved = (moment) => {
    const at = new Date(moment);
    const time = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
    const day = at.toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
    show(at.toDateString() === new Date().toDateString() ? `Saved ${time}` : `Saved ${day}, ${time}`, 'ok');
  };

  // A problem stands under its field; fields that are merely empty are not scolded while people still type.
  const showProblems = (problems, notes) => {
    for (const place of form.querySelectorAll('[data-note]')) {
      place.textContent = notes[place.dataset.note] ?? '';
      place.hidden = !place.textContent;
    }
    for (const place of form.querySelectorAll('[data-problem]')) {
      const words = problems[place.dataset.problem] ?? '';
      place.textContent = words;
      place.hidden = !words;
      const control = document.getElementById(place.id.replace(/^e-/, 'f-'));
      if (control?.matches('input, textarea, select')) {
        if (words) control.setAttribute('aria-invalid', 'true'); else control.removeAttribute('aria-invalid');
      }
    }
  };

  const accept = (answer) => {
    form.elements.revision.value = answer.revision;
    saved(answer.saved_at);
    const title = document.getElementById('deposit-title');
    if (title) title.textContent = answer.title || 'New deposition';
    for (const [id, html] of Object.entries(answer.parts)) {
      const place = document.getElementById(id);
      const part = fragment(html);
      // What did not change is left alone, and with it the focus in it.
      if (place && place.textContent.trim() !== part.textContent.trim()) place.replaceChildren(part);
    }
    showProblems(answer.problems, answer.notes);
    // What was typed while the answer travelled is saved next, and kept until then.
    if (fresh) { keep(); show('Not saved yet', ''); } else forget();
  };
  const refuse = (answer, status) => {
    conflict = status === 409;
    show(`Not saved: ${answer.detail}`, 'bad');
    keep();
  };

  const save = async () => {
    clearTimeout(timer);
    if (conflict) return;
    if (saving) { again = true; return; }
    saving = true;
    fresh = false;
    show('Saving', 'busy');
    const data = entries();
    data.set('csrfmiddlewaretoken', form.elements.csrfmiddlewaretoken.value);
    try {
      const response = await fetch(form.dataset.saveUrl, { method: 'POST', body: data, headers: { Accept: 'application/json' } });
      const isAnswer = response.headers.get('Content-Type')?.startsWith('application/json');
      if (response.redirected || !isAnswer) {
        show('Not saved: you are signed out, or the portal has a fault. Your text is kept in this window.', 'bad');
        keep();
      } else if (response.ok) accept(await response.json());
      else refuse(await response.json(), response.status);
    } catch {
      show('Not saved: no connection. Your text is kept in this window.', 'bad');
      keep();
    } finally {
      saving = false;
      if (held) {
        const { button } = held;
        held = null;
        form.requestSubmit(button);
      } else if (again) { again = false; save(); }
    }
  };

  const later = () => {
    fresh = true;
    keep();
    if (conflict) return;
    if (!saving) show('Not saved yet', '');
    clearTimeout(timer);
    timer = setTimeout(save, DELAY);
  };
  const typed = (event) => { if (event.target.name) later(); };
  // A save that is on its way ends first: the form would meet its own new revision, and take it for somebody else's.
  form.addEventListener('submit', (event) => {
    clearTimeout(timer);
    if (!saving) { forget(); return; }
    event.preventDefault();
    held = { button: event.submitter };
  });

  // The comparison after a conflict is a page of its own: it waits for a decision, and saves nothing by itself.
  if ('conflict' in form.dataset) return;

  form.addEventListener('input', typed);
  form.addEventListener('change', typed);
  retry.addEventListener('click', () => {
    if (!conflict) { save(); return; }
    form.requestSubmit(document.querySelector(`button[form=${form.id}][value=save]`));
  });
  window.addEventListener('online', () => { if (state.classList.contains('bad')) save(); });
  if (state.dataset.savedAt) saved(state.dataset.savedAt);

  // ---- after a reload: text that a lost connection left behind comes back, and is saved --------------------------

  const restoreControls = (name, values) => {
    const controls = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    let changed = false;
    controls.forEach((control, at) => {
      if (control.type === 'radio' || control.type === 'checkbox') {
        const on = values.includes(control.value);
        changed ||= control.checked !== on;
        control.checked = on;
      } else if (values[at] !== undefined && control.value !== values[at]) {
        control.value = values[at];
        changed = true;
        control.dispatchEvent(new Event('change'));
      }
    });
    // A field for several terms grew a place for the next one.
    const grew = form.querySelectorAll(`[name="${CSS.escape(name)}"]`).length > controls.length;
    return (grew && restoreControls(name, values)) || changed;
  };
  const restoreRows = (names) => {
    for (const button of form.querySelectorAll('button[data-add]')) {
      const highest = Math.max(-1, ...names.map((name) => numberOf(name, listOf(button))));
      const present = () => [...form.elements].map((control) => numberOf(control.name ?? '', listOf(button)));
      while (Math.max(-1, ...present()) < highest) addRow(button);
    }
  };
  const restore = () => {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(key) ?? 'null'); } catch { return; }
    if (!Array.isArray(kept)) return;
    const texts = new Map();
    for (const [name, value] of kept) texts.set(name, [...(texts.get(name) ?? []), value]);
    restoreRows([...texts.keys()]);
    let changed = false;
    for (const [name, values] of texts) if (!OURS.has(name)) changed = restoreControls(name, values) || changed;
    if (!changed) { forget(); return; }
    // The revision that the text was typed on: had somebody else saved since, the portal says so instead of replacing it.
    form.elements.revision.value = texts.get('revision')?.[0] ?? form.elements.revision.value;
    later();
  };
  restore();
})();
