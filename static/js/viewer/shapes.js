// A region of interest as SVG. Coordinates are the image's own; strokes keep their width on the screen.

import { svg } from './dom.js';

const LIGHT = 'FFD400';
const DOT = 5;

/**
 * The drawing of a shape, with everything that has to keep its size on the screen marked by `data-still`.
 * @param {object} shape as the API's regions give it
 * @param {{accession: string, width: number}} record of the image
 */
export function drawn(shape, { accession, width }) {
  // Black was drawn for white paper: on a dark mat nobody would find it.
  const stroke = `#${shape.stroke && shape.stroke !== '000000' ? shape.stroke : LIGHT}`;
  const paint = {
    class: 'shape', stroke, 'stroke-width': Math.max(1.5, shape.width ?? 2),
    fill: shape.fill ? `#${shape.fill}` : stroke, 'fill-opacity': shape.fill ? Math.min(0.5, shape.fill_opacity) : 0.001,
  };
  const made = GEOMETRY[shape.kind](shape, paint, accession);
  const under = made.filter((part) => part.tagName !== 'image').map((part) => {
    const copy = part.cloneNode(true);
    copy.setAttribute('class', 'under');
    copy.setAttribute('stroke-width', Number(paint['stroke-width']) + 2);
    for (const name of ['fill', 'fill-opacity', 'stroke']) copy.removeAttribute(name);
    return copy;
  });
  const matrix = shape.transform ? `matrix(${shape.transform.join(' ')})` : null;
  const group = svg('g', { transform: matrix }, ...under, ...made);
  if (shape.text || shape.kind === 'label') group.append(label(shape, stroke, width));
  return group;
}

const GEOMETRY = {
  point: ({ points: [[x, y]] }, paint) => [still(x, y, svg('circle', { ...paint, r: DOT, 'fill-opacity': 0.25 }))],
  label: ({ points: [[x, y]] }, paint) => [still(x, y, svg('circle', { ...paint, r: 2 }))],
  line: ({ points: [[x1, y1], [x2, y2]] }, paint) => [svg('line', { ...paint, x1, y1, x2, y2 })],
  rectangle: ({ points: [[x, y], [width, height]] }, paint) => [svg('rect', { ...paint, x, y, width, height })],
  ellipse: ({ points: [[cx, cy], [rx, ry]] }, paint) => [svg('ellipse', { ...paint, cx, cy, rx, ry })],
  polygon: ({ points }, paint) => [svg('polygon', { ...paint, points: listed(points) })],
  polyline: ({ points }, paint) => [svg('polyline', { ...paint, points: listed(points), fill: 'none' })],
  mask: ({ points: [[x, y], [width, height]], number }, paint, accession) => [
    svg('image', {
      x, y, width, height, opacity: 0.45, preserveAspectRatio: 'none', href: `/api/v1/images/${accession}/regions/${number}/mask.png`,
    }),
    svg('rect', { ...paint, x, y, width, height, 'stroke-dasharray': '3 3', 'fill-opacity': 0.001 }),
  ],
};

const listed = (points) => points.map((pair) => pair.join(',')).join(' ');

function still(x, y, part) {
  return svg('g', { 'data-still': `${x} ${y}` }, part);
}

/** Words beside the shape, at the top right of what it spans; near the right edge they end there. */
function label(shape, stroke, width) {
  const [x, y] = anchor(shape);
  const isLate = x > width * 0.8;
  return still(x, y, svg('text', { x: isLate ? -6 : 6, y: -5, 'text-anchor': isLate ? 'end' : 'start', fill: stroke, text: shape.text || shape.region }));
}

export function anchor({ kind, points }) {
  if (kind === 'rectangle' || kind === 'mask') return [points[0][0] + points[1][0], points[0][1]];
  if (kind === 'ellipse') return [points[0][0] + points[1][0], points[0][1]];
  return points.reduce((best, one) => (one[0] > best[0] ? one : best));
}

/** The middle of a shape, in the image's pixels. */
export function centre({ kind, points, transform }) {
  let [x, y] = points[0];
  if (kind === 'rectangle' || kind === 'mask') [x, y] = [x + points[1][0] / 2, y + points[1][1] / 2];
  else if (kind !== 'ellipse') [x, y] = [0, 1].map((at) => points.reduce((sum, one) => sum + one[at], 0) / points.length);
  if (!transform) return [x, y];
  const [a, b, c, d, e, f] = transform;
  return [a * x + c * y + e, b * x + d * y + f];
}
