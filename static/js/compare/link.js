// How the view of one image is carried over to another. Pure: nothing here touches the page.

import { limitsOf } from '../viewer/view.js';

/** @typedef {{x: number, y: number, scale: number}} Place centre in pixels of the image; screen pixels per pixel */

/** Whether two images can be shown at the same scale of lengths. */
export const haveLengths = (records) => records.every((record) => record.pixel_x_um > 0);

/**
 * The same place in another image: by lengths from the centre of each, or by parts of its frame.
 * @param {Place} place @param {object} from @param {object} to viewer records @param {boolean} byLength
 * @returns {Place}
 */
export function carried(place, from, to, byLength) {
  if (byLength) {
    const ratio = from.pixel_x_um / to.pixel_x_um;
    const down = (from.pixel_y_um || from.pixel_x_um) / (to.pixel_y_um || to.pixel_x_um);
    return {
      x: (place.x - from.width / 2) * ratio + to.width / 2,
      y: (place.y - from.height / 2) * down + to.height / 2,
      scale: place.scale / ratio,
    };
  }
  return {
    x: (place.x / from.width) * to.width,
    y: (place.y / from.height) * to.height,
    scale: (place.scale * from.width) / to.width,
  };
}

/** The plane that lies as far along its axis. */
export function plane(index, size, otherSize) {
  return size > 1 ? Math.round((index / (size - 1)) * (otherSize - 1)) : Math.floor(otherSize / 2);
}

/** Whether the pixel values of two images mean the same: their type, and how many channels there are. */
export function haveSameValues(records) {
  const [first, ...others] = records;
  return first.channels.length > 0
    && others.every((one) => one.pixel_type === first.pixel_type && one.channels.length === first.channels.length);
}

/** The channels of another image with the limits that this one is drawn with; by name, else by order. */
export function withLimits(record, view, other, otherView) {
  return otherView.channels.map((choice, at) => {
    const { name } = other.channels[at];
    const named = record.channels.findIndex((channel) => channel.name === name);
    const source = view.channels[named >= 0 ? named : at];
    // Limits that nobody chose or measured are the server's to find.
    if (source.low === null && record.channels[source.index].low === null) return choice;
    const [low, high] = limitsOf(record, view, source, null);
    return { ...choice, low, high };
  });
}
