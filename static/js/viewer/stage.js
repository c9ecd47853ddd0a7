// The stage: OpenSeadragon without its buttons and keys, zoom and place in the words of the image's own pixels, and the
// planes that the view names.

import { tileSource, PlaneStack } from './planes.js';
import { debounced } from './dom.js';
import { isDark, planeQuery } from './view.js';

const CLOSEST = 64;
const STILL = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * OpenSeadragon adds a style element of its own unless it finds it there, which the content policy forbids. One of no
 * known namespace is found and styles nothing; what it would have said stands in viewer.css.
 */
function standInForStyle() {
  const marker = document.createElementNS('urn:none', 'style');
  marker.setAttribute('data-openseadragon-mobile-css', 'true');
  document.head.append(marker);
}

export class Stage {
  /**
   * @param {HTMLElement} element
   * @param {import('./store.js').Store} store
   * @param {{picture: string, onProblem: Function, onWait: Function, onPassing?: Function}} options `picture` is the stored
   *   one; with `onPassing` the wheel, or a finger, scrolls the page until the picture was clicked, and each time it is called with which
   */
  constructor(element, store, options) {
    this.store = store;
    this.record = store.record;
    this.options = options;
    this.element = element;
    this.drawn = [];
    // A tile that does not come is told on the page, with what to do about it.
    OpenSeadragon.console = { ...console, error: console.warn.bind(console) };
    standInForStyle();
    this.viewer = OpenSeadragon({
      element,
      showNavigationControl: false,
      drawer: 'canvas',
      animationTime: STILL.matches ? 0 : 0.25,
      blendTime: 0,
      immediateRender: false,
      preserveViewport: false,
      visibilityRatio: 0.3,
      minZoomImageRatio: 0.4,
      maxZoomPixelRatio: CLOSEST,
      imageLoaderLimit: 4,
      timeout: 240_000,
      tabIndex: -1,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { dblTapToZoom: true, flickEnabled: !STILL.matches },
    });
    // Keys are the viewer's own (keys.js).
    this.viewer.addHandler('canvas-key', (event) => { event.preventDefaultAction = true; });
    this.viewer.addHandler('canvas-scroll', (event) => this.#turned(event));
    // A finger that passes over the picture scrolls the page; a tap turns to the picture.
    element.addEventListener('pointerdown', (event) => { if (event.pointerType !== 'touch') this.#turnTo(); });
    element.addEventListener('click', () => this.#turnTo());
    for (const name of ['canvas-drag', 'canvas-drag-end']) this.viewer.addHandler(name, (event) => this.#dragged(event));
    if (options.onPassing) element.closest('.stage').classList.add('passing');
    this.backdrops = 0;
    this.planes = new PlaneStack(this.viewer, (query) => this.#source(query), () => this.backdrops);
    this.#layBackdrop();
    this.viewer.world.addHandler('add-item', () => this.#begin());
    this.viewer.addHandler('update-viewport', () => this.#drawn());
    this.viewer.addHandler('animation-finish', () => this.#keepPlace());
    this.viewer.addHandler('resize', () => this.#resized());
    store.subscribe((view, changed) => this.#changed(view, changed));
  }

  #turnTo() {
    this.element.closest('.stage')?.focus({ preventScroll: true, focusVisible: false });
  }

  /** On a page among other things wheel and finger scroll on, until the reader has turned to the picture. */
  get #isPassed() {
    const frame = this.element.closest('.stage');
    return this.options.onPassing && !document.fullscreenElement && !frame.contains(document.activeElement);
  }

  #turned(event) {
    if (!this.#isPassed || event.originalEvent.ctrlKey || event.originalEvent.metaKey) return;
    event.preventDefaultAction = true;
    event.preventDefault = false;
    this.options.onPassing('wheel');
  }

  #dragged(event) {
    if (event.pointerType !== 'touch' || !this.#isPassed) return;
    event.preventDefaultAction = true;
    this.options.onPassing('touch');
  }

  #source(query) {
    const { record, options } = this;
    const base = `/api/v1/images/${record.accession}/tiles_files`;
    const address = (level, column, row) => `${base}/${level}/${column}_${row}.jpg?${query}`;
    return tileSource(record, address, options);
  }

  /** A large flat image has no overview of its own: the stored picture, magnified, stands behind its tiles. */
  #layBackdrop() {
    if (!this.record.coarsest || !this.options.picture) return;
    this.backdrops = 1;
    this.viewer.addTiledImage({
      tileSource: { type: 'image', url: this.options.picture },
      fitBounds: new OpenSeadragon.Rect(0, 0, 1, this.record.height / this.record.width),
      index: 0,
    });
  }

  /** How many items of the world lie below what is laid over the planes. */
  get below() {
    return this.backdrops + this.planes.size;
  }

  /** The address as a tile asks for it. */
  query(view) {
    const query = planeQuery(this.record, view);
    query.set('v', this.record.version);
    return query.toString();
  }

  #changed(view, changed) {
    if (['channels', 'z', 'zLast', 't', 'labels'].some((name) => changed.has(name))) {
      if (isDark(this.record, view)) this.planes.clear();
      else this.shown = this.planes.show(this.query(view));
    }
    if (changed.has('zoom') && view.zoom === null && this.isOpen) this.#home();
  }

  #begin() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.viewer.preserveViewport = true;
    // OpenSeadragon goes to its home once more after this event.
    setTimeout(() => this.#goTo(this.store.view), 0);
  }

  #goTo({ x, y, zoom }) {
    if (zoom === null) return this.#home();
    this.#place(x, y, zoom);
    return undefined;
  }

  #home() {
    this.viewer.viewport.fitBounds(new OpenSeadragon.Rect(0, 0, 1, this.record.height / this.record.width), true);
    this.#drawn();
  }

  #place(x, y, scale) {
    const { viewport } = this.viewer;
    const width = this.record.width;
    viewport.zoomTo((scale * width) / viewport.getContainerSize().x, null, true);
    viewport.panTo(new OpenSeadragon.Point(x / width, y / width), true);
  }

  #resized() {
    if (!this.isOpen) return;
    // What comes to rest meanwhile is the frame, not a place that somebody chose.
    clearTimeout(this.resizing);
    this.resizing = setTimeout(() => {
      this.resizing = 0;
      this.#goTo(this.store.view);
    }, 0);
  }

  /** The view is kept with few digits and then shown so: whoever opens the address sees the same pixels. */
  #keepPlace() {
    if (!this.isOpen || this.resizing || (this.store.view.zoom === null && this.#isFitted())) return;
    const zoom = Number(this.scale.toPrecision(5));
    const center = this.center;
    const [x, y] = [center.x, center.y].map((value) => Number(value.toFixed(2)));
    const { view } = this.store;
    if (view.x === x && view.y === y && view.zoom === zoom) return;
    this.#place(x, y, zoom);
    this.store.set({ x, y, zoom });
  }

  #isFitted() {
    const bounds = this.viewer.viewport.getBounds(true);
    const { width, height } = this.record;
    const isCentred = Math.abs(bounds.x + bounds.width / 2 - 0.5) < 1e-6
      && Math.abs(bounds.y + bounds.height / 2 - height / width / 2) < 1e-6;
    return isCentred && (Math.abs(bounds.width - 1) < 1e-6 || Math.abs(bounds.height - height / width) < 1e-6);
  }

  /** Screen pixels (of CSS) per pixel of the image. */
  get scale() {
    const { viewport } = this.viewer;
    return (viewport.getZoom(true) * viewport.getContainerSize().x) / this.record.width;
  }

  get center() {
    const at = this.viewer.viewport.getCenter(true);
    return { x: at.x * this.record.width, y: at.y * this.record.width };
  }

  /** From the stage's own pixels to those of the image, and back. */
  toImage(left, top) {
    const at = this.viewer.viewport.pointFromPixel(new OpenSeadragon.Point(left, top), true);
    return { x: at.x * this.record.width, y: at.y * this.record.width };
  }

  toStage(x, y) {
    const at = new OpenSeadragon.Point(x / this.record.width, y / this.record.width);
    return this.viewer.viewport.pixelFromPoint(at, true);
  }

  /** Be where another stage leads; nothing of it is kept before it comes to rest. @param {{x: number, y: number, scale: number}} place */
  follow({ x, y, scale }) {
    this.#place(x, y, scale);
    this.keepSoon ??= debounced(() => this.#keepPlace(), 300);
    this.keepSoon();
  }

  zoomBy(factor) {
    this.viewer.viewport.zoomBy(factor);
    this.viewer.viewport.applyConstraints();
  }

  zoomTo(scale) {
    const { viewport } = this.viewer;
    viewport.zoomTo((scale * this.record.width) / viewport.getContainerSize().x);
    viewport.applyConstraints();
    if (STILL.matches) this.#keepPlace();
  }

  fit() {
    this.store.set({ x: null, y: null, zoom: null });
    this.#home();
  }

  /** By parts of the window. */
  panBy(right, down) {
    const bounds = this.viewer.viewport.getBounds();
    this.viewer.viewport.panBy(new OpenSeadragon.Point(bounds.width * right, bounds.height * down));
    this.viewer.viewport.applyConstraints();
  }

  /** Bring a place of the image into sight if it is out of it. */
  reveal(x, y) {
    const { viewport } = this.viewer;
    const at = new OpenSeadragon.Point(x / this.record.width, y / this.record.width);
    if (!viewport.getBounds(true).containsPoint(at)) viewport.panTo(at, true);
  }

  onDraw(hear) {
    this.drawn.push(hear);
  }

  /** OpenSeadragon draws what is half transparent on a second canvas, and forgets its smoothing when that is resized. */
  #sharpen(isSharp) {
    const { sketchContext } = this.viewer.drawer;
    if (!sketchContext || sketchContext.imageSmoothingEnabled !== isSharp) return;
    sketchContext.imageSmoothingEnabled = !isSharp;
    this.viewer.forceRedraw();
  }

  #drawn() {
    if (!this.isOpen) return;
    const { scale } = this;
    if (this.wasScale !== scale) {
      this.wasScale = scale;
      // Enlarged, a pixel is a square: nothing is invented between two measurements.
      this.viewer.drawer.setImageSmoothingEnabled(scale < 2);
      this.isAfar = this.record.coarsest > 0 && scale < 0.75 * 2 ** (this.record.coarsest - this.record.top_level);
      this.planes.pause(this.isAfar);
    }
    this.#sharpen(scale >= 2);
    for (const hear of this.drawn) hear(scale);
  }
}
