// A field for several values always has an empty place for the next one. window.offerAnother(input, attributes) adds it
// behind the last input of `data-many` once that is filled, with these attributes, and returns its place.
window.offerAnother = (input, attributes) => {
  'use strict';
  const field = input.closest('[data-many]');
  const inputs = field ? [...field.querySelectorAll('input[name]')] : [];
  if (inputs.at(-1) !== input || !input.value.trim()) return null;
  const next = document.createElement('input');
  for (const name of ['class', 'name', 'aria-describedby', ...attributes]) next.setAttribute(name, input.getAttribute(name));
  next.id = `${inputs[0].id}-${inputs.length}`;
  next.placeholder = 'another one';
  next.setAttribute('aria-label', `${field.querySelector('label').firstChild.textContent.trim()}, ${inputs.length + 1}`);
  const place = document.createElement('div');
  place.className = 'combo';
  place.append(next);
  input.closest('.combo').after(place);
  return place;
};
