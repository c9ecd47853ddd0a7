// Starts the viewer on a page that holds [data-viewer]. Without this file the page shows the stored picture and a form.

import { Axes } from './axes.js';
import { Channels } from './channels.js';
import { Corners } from './corner.js';
import { button, el } from './dom.js';
import { FullScreen } from './full-screen.js';
import { Keys } from './keys.js';
import { Labels } from './labels.js';
import { getJson, Problem } from './net.js';
import { Regions } from './regions.js';
import { Slices } from './slices.js';
import { Stage } from './stage.js';
import { Store } from './store.js';
import { Tools } from './tools.js';

const root = document.querySelector('[data-viewer]');
const PASSING = {
  wheel: 'Click the picture, or hold Ctrl, to zoom with the wheel.',
  touch: 'Tap the picture to move it with one finger. Two fingers zoom.',
};
const AFAR = {
  awaited: 'The overview is a small copy until the pyramid is made. Zoom in to see the image itself.',
  failed: 'The overview is a small copy, because no pyramid could be made. Zoom in to see the image itself.',
};

/** What people hear and, where it matters, see. */
class Notes {
  constructor(frame) {
    this.live = el('p', { class: 'vh', role: 'status' });
    this.seen = el('div', { class: 'corner tr note', hidden: true });
    frame.append(this.live, this.seen);
  }

  say(sentence, isSeen = false) {
    if (!sentence) return;
    this.live.textContent = '';
    setTimeout(() => { this.live.textContent = sentence; }, 30);
    if (isSeen) this.show(sentence, null, 4000);
  }

  /** A sentence over the picture, with a button if there is something to do. */
  show(sentence, retry = null, milliseconds = 0) {
    clearTimeout(this.timer);
    this.seen.replaceChildren(el('p', { text: sentence }), ...(retry ? [retry] : []));
    this.seen.hidden = false;
    if (milliseconds) this.timer = setTimeout(() => { this.hide(); }, milliseconds);
  }

  hide() {
    this.seen.hidden = true;
  }
}

function frames() {
  const [picture, overlay, beside] = ['picture', 'over', 'slices'].map((name) => el('div', { class: name }));
  const stage = el(
    'div', { class: 'stage', tabindex: '0', role: 'application', 'aria-label': `${root.dataset.alt}. Arrow keys move, plus and minus zoom, question mark shows all keys.` },
    picture, overlay,
  );
  beside.hidden = true;
  return {
    tools: el('div', { class: 'tools row', role: 'toolbar', 'aria-label': 'Viewer' }),
    stage, picture, overlay, beside,
    look: el('div', { class: 'look' }, stage, beside),
    axes: el('div', { class: 'axes stack-s' }),
  };
}

function bindings({ stage, axes, slices, channels, labels, regions, full, store, keys }) {
  const moves = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };
  const found = [
    { keys: Object.keys(moves), words: 'move the picture', onStage: true, run: (key) => stage.panBy(...moves[key]) },
    { keys: Object.keys(moves).map((key) => `Shift+${key}`), words: 'move the crosshair by a pixel and read the values there', onStage: true,
      run: (key) => slices.moveCross(...moves[key.slice(6)].map((part) => part * 10)) },
    { keys: ['+', '='], words: 'zoom in', run: () => stage.zoomBy(1.5) },
    { keys: ['-'], words: 'zoom out', run: () => stage.zoomBy(1 / 1.5) },
    { keys: ['0', 'Home'], words: 'fit the image into the window', run: () => stage.fit(), onStage: true },
    { keys: ['x'], words: 'crosshair', run: () => slices.toggleCross() },
    { keys: ['l'], words: 'label image', run: () => labels.toggle() },
    { keys: ['r'], words: 'regions of interest', run: () => regions.toggle() },
    { keys: ['n', 'N'], words: 'next, previous region', run: (key) => regions.step(key === 'n' ? 1 : -1) },
    { keys: ['b'], words: 'scale bar', run: () => store.set({ bar: !store.view.bar }) },
    { keys: ['f'], words: 'full screen', run: () => full.toggle() },
    { keys: ['?'], words: 'show these keys', run: () => keys.show() },
  ];
  if (channels) {
    found.push({ keys: [...'123456789'], words: 'channel on or off', run: (key) => channels.toggle(Number(key) - 1) });
    found.push({ keys: ['c'], words: 'fit the contrast to this plane', run: () => channels.fit() });
    found.push({ keys: ['a'], words: 'channels as the image suggests', run: () => channels.reset() });
  }
  if (stage.record.sections > 1) {
    found.push({ keys: ['j', 'k'], words: 'previous, next section', run: (key) => axes.step('z', key === 'k' ? 1 : -1) });
    found.push({ keys: ['p'], words: 'maximum projection', run: () => axes.toggleProjection() });
    found.push({ keys: ['s'], words: 'orthogonal slices', run: () => slices.toggle() });
  }
  if (stage.record.times > 1) found.push({ keys: [',', '.'], words: 'previous, next time point', run: (key) => axes.step('t', key === '.' ? 1 : -1) });
  const longest = stage.record.times > 1 ? 't' : 'z';
  if (axes.rows[longest]) found.push({ keys: [' '], words: 'play and stop', onStage: true, run: () => (axes.playing ? axes.stop() : axes.play(longest)) });
  return found;
}

function begin(record) {
  const store = new Store(record);
  const parts = frames();
  root.querySelector('[data-still]').hidden = true;
  root.append(parts.tools, parts.look, parts.axes);
  const notes = new Notes(parts.overlay);
  const say = (sentence, isSeen) => notes.say(sentence, isSeen);
  const hear = {
    picture: root.dataset.picture,
    onProblem: (problem) => notes.show(problem.message, button({
      label: 'Try again', iconName: 'retry', press: () => { notes.hide(); stage.planes.renew(); },
    })),
    onWait: (seconds) => notes.show(`The portal is busy; it is asked again in ${seconds} s.`, null, seconds * 1000),
  };
  if (root.dataset.viewer === 'page') {
    let isTold = false;
    hear.onPassing = (how) => {
      if (!isTold) notes.show(PASSING[how], null, 2500);
      isTold = true;
    };
  }
  const stage = new Stage(parts.picture, store, hear);
  new Corners(stage, parts.overlay, say);
  const axes = new Axes(stage, parts.axes, say);
  const slices = new Slices(stage, parts.overlay, parts.beside, say);
  const panel = document.querySelector('[data-channels]');
  const channels = record.channels.length && panel ? new Channels(store, panel, say) : null;
  const over = document.querySelector('[data-overlays]');
  const labels = new Labels(stage, over, hear, say);
  const regions = new Regions(stage, parts.overlay, over, say);
  const controls = { stage, axes, slices, channels, labels, regions, store };
  // The table of keys names the tools, and one of the tools shows the table.
  controls.keys = { show: () => controls.dialog.show() };
  controls.full = new FullScreen(root, [panel, over].filter(Boolean));
  new Tools(parts.tools, { ...controls, say });
  controls.dialog = new Keys(root, parts.stage, bindings(controls));
  stage.onDraw(() => {
    if (stage.isAfar !== stage.wasAfar) {
      stage.wasAfar = stage.isAfar;
      if (stage.isAfar) notes.show(AFAR[record.pyramid]);
      else notes.hide();
    }
  });
  if (root.dataset.viewer === 'window') parts.stage.focus({ focusVisible: false });
  return { stage, store, labels };
}

async function start() {
  try {
    const record = await getJson(root.dataset.record);
    root.viewer = begin(record);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    root.append(el('p', { class: 'notice warn', role: 'alert', text: `${error.message} The stored picture is shown meanwhile.` }));
  }
}

if (root) start();
