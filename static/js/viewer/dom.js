// Elements, buttons and small helpers of the viewer. Styles are set through the CSSOM only: the content policy forbids
// style attributes.

const root = document.querySelector('[data-icons]');

/**
 * An element. Properties are attributes; `on` maps events to handlers, `text` is its text, `vars` sets CSS variables,
 * false and null leave an attribute out.
 * @param {string} tag
 * @param {Object<string, any>} [properties]
 * @param {...(Node|string|null)} children
 */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  fill(made, properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function svg(tag, properties = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(made, properties);
  made.append(...children.filter(Boolean));
  return made;
}

function fill(made, { on = {}, text, vars = {}, ...attributes }) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? '' : value);
  }
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(vars)) made.style.setProperty(name, value);
  for (const [event, handler] of Object.entries(on)) made.addEventListener(event, handler);
}

export function icon(name) {
  return svg('svg', { class: 'icon', 'aria-hidden': 'true' }, svg('use', { href: `${root.dataset.icons}#${name}` }));
}

/** A small button; `label` is its name, shown unless there is an icon and `wordless`. */
export function button({ label, press, iconName = '', wordless = false, pressed = null, keys = '', ...more }) {
  const made = el(
    'button',
    {
      class: 'btn small',
      type: 'button',
      'aria-label': wordless ? label : null,
      title: keys ? `${label} (${keys})` : wordless ? label : null,
      'aria-keyshortcuts': keys || null,
      'aria-pressed': pressed === null ? null : String(pressed),
      on: { click: press },
      ...more,
    },
    iconName ? icon(iconName) : null,
    wordless && iconName ? null : document.createTextNode(wordless ? more.sign ?? label : label),
  );
  made.removeAttribute('sign');
  return made;
}

export const setPressed = (made, is) => made.setAttribute('aria-pressed', String(is));

/** The function, run once when calls have ceased for so many milliseconds. */
export function debounced(run, milliseconds) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...values), milliseconds);
  };
}

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
