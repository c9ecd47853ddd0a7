// Looking up a publication without leaving the page. Without it the button sends the form and the page comes again.
(() => {
  'use strict';
  const button = document.querySelector('button[data-lookup]');
  if (!button) return;
  const input = document.getElementById('lookup-text');
  const state = document.getElementById('lookup-state');
  const answer = document.getElementById('lookup-answer');
  let asking = false;

  const say = (words) => {
    state.textContent = words;
    state.hidden = !words;
  };
  const show = (html) => {
    const template = document.createElement('template');
    template.innerHTML = html;
    answer.replaceChildren(template.content);
    answer.querySelector('[tabindex="-1"]')?.focus();
  };

  const lookUp = async () => {
    if (asking) return;
    asking = true;
    say('Looking it up');
    try {
      const response = await fetch(button.dataset.lookup, {
        method: 'POST', body: new FormData(button.form), headers: { 'HX-Request': 'true' },
      });
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      show(await response.text());
      say('');
    } catch {
      say('The portal did not answer. Go on by hand, or try again.');
    } finally {
      asking = false;
    }
  };

  button.addEventListener('click', (event) => {
    event.preventDefault();
    lookUp();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    lookUp();
  });
})();
