// Numbers with their units as readers say them, never parted from each other.

const NBSP = '\u00a0';
const UNITS = [['mm', 1000], ['µm', 1], ['nm', 0.001]];

/** A length in µm with three digits: 65 nm, 12.3 µm, 4.2 mm. */
export function length(um, digits = 3) {
  const size = Math.abs(um);
  const [unit, factor] = size >= 1000 ? UNITS[0] : size >= 0.1 || size === 0 ? UNITS[1] : UNITS[2];
  return `${Number((um / factor).toPrecision(digits)).toLocaleString('en')}${NBSP}${unit}`;
}

/** A round length in µm (1, 2 or 5 times a power of ten) that is at most `most` µm, with its words. */
export function roundLength(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  const times = [5, 2, 1].find((one) => one * power <= most * (1 + 1e-9)) ?? 1;
  const um = times * power;
  const [unit, factor] = um >= 1000 ? UNITS[0] : um >= 0.999 ? UNITS[1] : UNITS[2];
  return { um, words: `${Number((um / factor).toPrecision(3)).toLocaleString('en')}${NBSP}${unit}` };
}

export const count = (value) => (Number.isInteger(value) ? value : Number(value.toPrecision(5))).toLocaleString('en');

export function percent(scale) {
  const value = scale * 100;
  return `${value >= 10 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(2))}${NBSP}%`;
}

export function seconds(value) {
  if (value < 1) return `${Number((value * 1000).toPrecision(3))}${NBSP}ms`;
  return value < 120 ? `${Number(value.toPrecision(3))}${NBSP}s` : `${Number((value / 60).toPrecision(3))}${NBSP}min`;
}
