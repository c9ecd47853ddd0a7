// What is behind "Download" follows the viewer: the address of the page holds the view, the stage its size.
(() => {
  'use strict';
  const menu = document.querySelector('[data-take-away]');
  if (!menu) return;
  const clamp = (value, most) => Math.min(Math.max(value, 0), most);

  /** The part of the image that the viewer shows, as x,y,width,height; nothing where all of it is in view. */
  const shownRegion = (view) => {
    const stage = document.querySelector('[data-viewer] .stage');
    const [x, y, zoom] = ['x', 'y', 'zoom'].map((name) => Number(view.get(name) || NaN));
    if (!stage || ![x, y, zoom].every(Number.isFinite) || zoom <= 0) return '';
    const [width, height] = [Number(menu.dataset.width), Number(menu.dataset.height)];
    const left = Math.floor(clamp(x - stage.clientWidth / zoom / 2, width - 1));
    const top = Math.floor(clamp(y - stage.clientHeight / zoom / 2, height - 1));
    const right = Math.ceil(clamp(x + stage.clientWidth / zoom / 2, width));
    const bottom = Math.ceil(clamp(y + stage.clientHeight / zoom / 2, height));
    const isPart = right > left && bottom > top && (right - left < width || bottom - top < height);
    return isPart ? [left, top, right - left, bottom - top].join(',') : '';
  };

  const follow = () => {
    const view = new URLSearchParams(location.search);
    const region = shownRegion(view);
    if (region) view.set('region', region);
    for (const link of menu.querySelectorAll('[data-view]')) {
      const target = new URL(link.href);
      for (const name of link.dataset.view.split(' ')) {
        if (view.get(name)) target.searchParams.set(name, view.get(name));
        else target.searchParams.delete(name);
      }
      link.href = target;
    }
    menu.querySelector('[data-part]')?.toggleAttribute('hidden', !region);
    const pixels = menu.querySelector('[data-pixels]');
    if (pixels && region) pixels.textContent = `${region.split(',').slice(2).join(' × ')} px`;
  };
  // The address is written a moment after the last move; what is opened then is asked again when it is pressed.
  menu.addEventListener('toggle', follow);
  menu.addEventListener('pointerover', follow);
  menu.addEventListener('focusin', follow);
})();
