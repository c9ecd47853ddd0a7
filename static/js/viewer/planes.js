// The planes that OpenSeadragon holds: the one that is seen, the next ones that are fetched ahead, and how one takes the
// place of another without a blink. The old tiles stay until the new ones are there.

import { get, Problem } from './net.js';

// How long a plane that is no longer wanted may still load, and how long a wanted one is waited for unseen.
const OVERTAKEN = 1200;
const UNSEEN = 8000;

/**
 * A source of tiles for OpenSeadragon that fetches with time-outs and says why a tile does not come.
 * @param {{width: number, height: number, tile: number, top_level: number, coarsest?: number}} size
 * @param {(level: number, column: number, row: number) => string} address
 * @param {{onProblem: (problem: Problem) => void, onWait: (seconds: number) => void}} hear
 */
export function tileSource(size, address, hear) {
  const source = new OpenSeadragon.TileSource({
    width: size.width,
    height: size.height,
    tileSize: size.tile,
    tileOverlap: 0,
    minLevel: size.coarsest ?? 0,
    maxLevel: size.top_level,
  });
  source.getTileUrl = address;
  // Labels are transparent; asking each tile costs a look at all of its pixels.
  source.hasTransparency = () => true;
  source.downloadTileStart = (job) => download(job, hear);
  source.downloadTileAbort = (job) => job.userData.control?.abort();
  return source;
}

async function download(job, hear) {
  const control = new AbortController();
  job.userData.control = control;
  try {
    const response = await get(job.src, { signal: control.signal, onWait: hear.onWait });
    job.finish(await response.blob(), null, 'rasterBlob');
  } catch (error) {
    if (control.signal.aborted) return;
    job.fail(error.message, null);
    hear.onProblem(error instanceof Problem ? error : new Problem('A part of the picture did not arrive. Try again.'));
  }
}

export class PlaneStack {
  /**
   * @param {OpenSeadragon.Viewer} viewer
   * @param {(query: string) => OpenSeadragon.TileSource} sourceOf
   * @param {() => number} floor how many items of the world lie below the planes
   * @param {number} [opacity] of the plane that is seen
   */
  constructor(viewer, sourceOf, floor, opacity = 1) {
    this.opacity = opacity;
    this.viewer = viewer;
    this.sourceOf = sourceOf;
    this.floor = floor;
    this.planes = new Map();
    this.shown = null;
    this.wanted = null;
    this.ahead = [];
    this.isPaused = false;
  }

  /** Show a plane as soon as its tiles are there; resolves then. Only the last one asked for counts. */
  show(query) {
    this.wanted = query;
    this.running ??= this.#run().finally(() => { this.running = null; });
    return this.running;
  }

  /** Fetch these too, unseen. */
  prefetch(queries) {
    this.ahead = queries;
    this.#tidy();
    for (const query of queries) this.#plane(query);
  }

  dim(opacity) {
    this.opacity = opacity;
    for (const plane of this.planes.values()) this.#light(plane);
  }

  /** How many items of the world are its own. */
  get size() {
    return [...this.planes.values()].filter((plane) => plane.image).length;
  }

  /** Draw nothing, for example where the stored picture stands in for an overview. */
  pause(is) {
    if (this.isPaused === is) return;
    this.isPaused = is;
    for (const plane of this.planes.values()) this.#light(plane);
  }

  /** Ask for everything anew. */
  renew() {
    const query = this.shown ?? this.wanted;
    for (const plane of this.planes.values()) this.#remove(plane);
    this.shown = null;
    return query === null ? Promise.resolve() : this.show(query);
  }

  clear() {
    this.wanted = null;
    this.shown = null;
    this.ahead = [];
    this.#tidy();
  }

  async #run() {
    while (this.wanted !== null && this.shown !== this.wanted) await this.#turn(this.wanted);
  }

  async #turn(query) {
    const plane = this.#plane(query);
    if (this.shown === null) return this.#reveal(plane);
    const begun = Date.now();
    while (!plane.isReady && Date.now() - begun < UNSEEN && !plane.isGone) {
      if (this.wanted !== query && Date.now() - begun > OVERTAKEN) break;
      await Promise.race([plane.ready, new Promise((done) => { setTimeout(done, 100); })]);
    }
    if (plane.isReady || this.wanted === query) this.#reveal(plane);
    else this.#tidy();
    return undefined;
  }

  #reveal(plane) {
    this.shown = plane.query;
    for (const other of this.planes.values()) this.#light(other);
    if (plane.image) this.#raise(plane.image);
    this.#tidy();
  }

  /** Above the other planes, below what is laid over them. */
  #raise(image) {
    const { world } = this.viewer;
    if (world.getIndexOfItem(image) >= 0) world.setItemIndex(image, this.floor() + this.size - 1);
  }

  #light(plane) {
    const opacity = plane.query === this.shown && !this.isPaused ? this.opacity : 0;
    plane.image?.setPreload(!this.isPaused);
    plane.image?.setOpacity(opacity);
  }

  #tidy() {
    const kept = new Set([this.shown, this.wanted, ...this.ahead]);
    for (const plane of this.planes.values()) if (!kept.has(plane.query)) this.#remove(plane);
  }

  #remove(plane) {
    plane.isGone = true;
    this.planes.delete(plane.query);
    if (plane.image) this.viewer.world.removeItem(plane.image);
  }

  #plane(query) {
    const known = this.planes.get(query);
    if (known) return known;
    const plane = { query, image: null, isReady: false, isGone: false };
    plane.ready = new Promise((done) => { plane.settle = done; });
    this.planes.set(query, plane);
    this.viewer.addTiledImage({
      tileSource: this.sourceOf(query),
      width: 1,
      opacity: 0,
      preload: !this.isPaused,
      index: Math.min(this.viewer.world.getItemCount(), this.floor()),
      success: ({ item }) => this.#arrived(plane, item),
    });
    return plane;
  }

  #arrived(plane, item) {
    plane.image = item;
    if (plane.isGone) {
      this.viewer.world.removeItem(item);
      return;
    }
    item.addHandler('fully-loaded-change', ({ fullyLoaded }) => {
      if (!fullyLoaded) return;
      plane.isReady = true;
      plane.settle();
    });
    this.#light(plane);
    if (plane.query === this.shown) this.#raise(item);
  }
}
