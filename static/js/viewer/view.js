// The view as a value, and as it stands in the address: the API's c, z, t and labels, and x, y, zoom and what is laid over.
//
//   c=0:00FF00:120:4000,2    z=12    z=3-9    t=0    x=512.5&y=300&zoom=2 (centre in pixels; screen pixels per pixel)
//   cross=88,120   slices=1   overlay=MG-D1-I7:60   regions=0   labels=1   bar=0
//
// What is as the image itself suggests is left out. Nothing here touches the page.

const FRACTIONAL = new Set(['float', 'double', 'complex', 'double-complex', 'bit']);
// As archive/imaging/contrast.py has it: a faint channel among others is not blown up to full light.
const LEAST_SPAN = 16;

export const middle = (size) => Math.floor(size / 2);
export const isWhole = (record) => !FRACTIONAL.has(record.pixel_type);

/**
 * @typedef {{index: number, on: boolean, color: string, low: ?number, high: ?number}} Choice
 *   color: RRGGBB or the name of a lookup table; low, high: null is automatic
 * @typedef {{channels: Choice[], z: number, zLast: ?number, t: number, x: ?number, y: ?number, zoom: ?number,
 *   cross: ?{x: number, y: number}, slices: boolean, overlay: string, opacity: number, regions: boolean,
 *   labels: boolean, bar: boolean}} View
 */

const tableOf = (record, color) => record.lookup_tables.find((table) => table.name === color);

/** Colours at equal steps from the darkest to the brightest value of a channel, RRGGBB. @returns {string[]} */
export const scaleOf = (record, color) => tableOf(record, color)?.stops ?? ['000000', color];

/** The view that an address asks for; what it says wrongly is as if it said nothing. @returns {View} */
export function viewOf(record, search) {
  const asked = new URLSearchParams(search);
  const [z, zLast] = sections(asked.get('z'), record.sections);
  const [overlay, opacity] = (asked.get('overlay') ?? '').split(':');
  return {
    channels: choices(record, asked.get('c')),
    z,
    zLast,
    t: index(asked.get('t'), record.times),
    ...place(record, asked),
    cross: cross(record, asked.get('cross')),
    slices: asked.get('slices') === '1' && record.sections > 1,
    overlay,
    opacity: opacity === undefined || !Number.isFinite(Number(opacity)) ? 60 : Math.min(100, Math.max(0, Number(opacity))),
    regions: asked.get('regions') !== '0',
    labels: asked.get('labels') === '1',
    bar: asked.get('bar') !== '0',
  };
}

function index(text, size) {
  return /^\d{1,7}$/.test(text ?? '') && Number(text) < size ? Number(text) : middle(size);
}

function sections(text, size) {
  const range = /^(\d{1,7})-(\d{1,7})$/.exec(text ?? '');
  if (!range) return [index(text, size), null];
  const [first, last] = [Number(range[1]), Number(range[2])].sort((a, b) => a - b);
  return last < size && size > 1 ? [first, last] : [middle(size), null];
}

function place(record, asked) {
  const [x, y, zoom] = ['x', 'y', 'zoom'].map((name) => (asked.has(name) ? Number(asked.get(name)) : NaN));
  const isSaid = [x, y, zoom].every(Number.isFinite) && zoom > 0;
  return isSaid ? { x, y, zoom } : { x: null, y: null, zoom: null };
}

function cross(record, text) {
  const [x, y] = (text ?? '').split(',').map(Number);
  const isInside = Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0 && x < record.width && y < record.height;
  return text && isInside ? { x, y } : null;
}

function choices(record, text) {
  const own = record.channels.map((channel) => ({
    index: channel.index, on: channel.on, color: channel.color, low: null, high: null,
  }));
  if (text === null) return own;
  for (const choice of own) choice.on = false;
  for (const part of text.split(',').filter(Boolean)) {
    const [at, color, low, high] = part.split(':');
    const choice = /^\d+$/.test(at) ? own[Number(at)] : undefined;
    if (!choice) continue;
    choice.on = true;
    if (/^[0-9a-f]{6}$/i.test(color ?? '')) choice.color = color.toUpperCase();
    else if (tableOf(record, color)) choice.color = color;
    const limits = [low, high].map((limit) => (limit ? Number(limit) : NaN));
    if (limits.every(Number.isFinite) && limits[0] < limits[1]) [choice.low, choice.high] = limits;
  }
  return own;
}

const written = (value) => String(Number(value.toPrecision(9)));

/** The c of the API; undefined where the image's own choice stands. */
function channelsOf(record, channels) {
  const isOwn = channels.every((choice, at) => {
    const own = record.channels[at];
    return choice.on === own.on && choice.color === own.color && choice.low === null;
  });
  if (isOwn) return undefined;
  return channels.filter((choice) => choice.on).map((choice) => {
    const color = choice.color === record.channels[choice.index].color ? '' : choice.color;
    if (choice.low !== null) return `${choice.index}:${color}:${written(choice.low)}:${written(choice.high)}`;
    return color ? `${choice.index}:${color}` : String(choice.index);
  }).join(',');
}

/** The planes and their look: what tiles, pictures and slices are asked for by. */
export function planeQuery(record, view) {
  const query = new URLSearchParams();
  const c = channelsOf(record, view.channels);
  if (c) query.set('c', c);
  if (record.sections > 1) query.set('z', view.zLast === null ? view.z : `${view.z}-${view.zLast}`);
  if (record.times > 1) query.set('t', view.t);
  if (view.labels) query.set('labels', '1');
  return query;
}

/** Whether anything is to be drawn. */
export const isDark = (record, view) => record.channels.length > 0 && view.channels.every((choice) => !choice.on);

/** The view as a query, in readable form: commas and colons stay as they are. */
export function searchOf(record, view) {
  const query = {};
  const c = channelsOf(record, view.channels);
  if (c !== undefined) query.c = c;
  if (view.zLast !== null) query.z = `${view.z}-${view.zLast}`;
  else if (view.z !== middle(record.sections)) query.z = view.z;
  if (view.t !== middle(record.times)) query.t = view.t;
  if (view.zoom !== null) Object.assign(query, { x: written(view.x), y: written(view.y), zoom: written(view.zoom) });
  if (view.cross) query.cross = `${view.cross.x},${view.cross.y}`;
  if (view.slices) query.slices = 1;
  if (view.overlay) query.overlay = `${view.overlay}:${view.opacity}`;
  if (!view.regions) query.regions = 0;
  if (view.labels) query.labels = 1;
  if (!view.bar) query.bar = 0;
  const text = Object.entries(query).map(([name, value]) => `${name}=${value}`).join('&');
  return text ? `?${text}` : '';
}

/** The limits that a channel is drawn with: chosen, or measured and calmed as the server does. */
export function limitsOf(record, view, choice, measured) {
  if (choice.low !== null) return [choice.low, choice.high];
  const own = record.channels[choice.index];
  const low = own.low ?? measured?.low ?? 0;
  const high = own.high ?? measured?.high ?? 1;
  const isAlone = view.channels.filter((one) => one.on).length === 1;
  return [low, !isAlone && isWhole(record) && low > 0 ? Math.max(high, low + LEAST_SPAN) : high];
}
