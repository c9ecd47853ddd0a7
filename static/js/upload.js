// Sends files and whole folders by tus 1.0: three at a time, with pause, and on from the last byte after a broken
// connection, a restarted server or a reload. Without this script the page's plain file form does the same, unresumed.
(() => {
  'use strict';
  const zone = document.querySelector('[data-upload]');
  if (!zone || !window.tus || !tus.isSupported) return;

  const AT_ONCE = 3;
  const list = document.getElementById('uploads-here');
  const total = document.getElementById('uploads-total');
  const totalWords = document.getElementById('uploads-words');
  const pauseAll = document.getElementById('uploads-pause');
  const said = document.getElementById('status');
  const dataset = zone.dataset.dataset;
  const endpoint = zone.dataset.upload;
  const largest = Number(zone.dataset.largest);
  const token = () => document.querySelector('[name=csrfmiddlewaretoken]').value;

  const waiting = [];
  const running = new Map();
  const failed = new Set();
  let sent = 0;
  let wanted = 0;
  let finished = 0;
  let paused = false;

  const bytes = (count) => {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    let at = 0;
    let value = count;
    while (value >= 1000 && at < units.length - 1) { value /= 1000; at += 1; }
    return `${at ? value.toFixed(1) : value}\u00a0${units[at]}`;
  };

  // ---- one file ------------------------------------------------------------------------------------------------

  const row = (path, size) => {
    const item = document.getElementById('upload-row').content.firstElementChild.cloneNode(true);
    item.querySelector('code').textContent = path;
    item.querySelector('[data-size]').textContent = bytes(size);
    item.querySelector('progress').setAttribute('aria-label', `Upload of ${path}`);
    return item;
  };

  const show = (job, words, kind) => {
    const state = job.item.querySelector('.state');
    state.className = `state ${kind}`;
    state.textContent = words;
  };

  // The sentence to show, and whether the name is taken, so that the file may replace the one that has it.
  const answer = (error) => {
    const response = error.originalResponse;
    if (!response) return ['No connection to the portal. What was sent is kept; press Retry, or choose the file again later.', false];
    try {
      const problem = JSON.parse(response.getBody());
      return [problem.errors?.[0]?.message ?? problem.detail, String(problem.type).endsWith('#path-taken')];
    } catch {
      return [`The portal answered ${response.getStatus()}. What was sent is kept; press Retry.`, false];
    }
  };

  const start = async (job) => {
    running.set(job.path, job);
    list.append(job.item);
    show(job, 'Starting', 'busy');
    const upload = new tus.Upload(job.file, {
      endpoint,
      chunkSize: 64 * 1024 * 1024,
      retryDelays: [0, 1000, 3000, 5000, 10000, 20000, 30000],
      removeFingerprintOnSuccess: true,
      metadata: { dataset, relativePath: job.path, ...(job.replaces ? { replace: 'true' } : {}) },
      fingerprint: async () => ['mg', dataset, job.path, job.file.size, job.file.lastModified].join('|'),
      onBeforeRequest: (request) => request.setHeader('X-CSRFToken', token()),
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        // 409: to an upload that has begun it says another offset, which is asked for again; to a new one it is an answer.
        const again = status === 0 || (status === 409 && upload.url) || status === 423 || status === 460 || status >= 500;
        if (again) show(job, status ? 'Trying again' : 'Connection lost, trying again', 'warn');
        return again;
      },
      onProgress: (done) => progress(job, done),
      onError: (error) => fail(job, ...answer(error)),
      onSuccess: () => succeed(job),
    });
    job.upload = upload;
    const previous = await upload.findPreviousUploads();
    if (previous.length) upload.resumeFromPreviousUpload(previous[0]);
    if (!paused) upload.start(); else show(job, 'Paused', 'warn');
  };

  const progress = (job, done) => {
    sent += done - job.done;
    job.done = done;
    const bar = job.item.querySelector('progress');
    bar.max = job.file.size || 1;
    bar.value = done;
    job.item.querySelector('[data-size]').textContent = `${bytes(done)} of ${bytes(job.file.size)}`;
    if (!paused) show(job, 'Uploading', 'busy');
    summarise();
  };

  const succeed = (job) => {
    progress(job, job.file.size);
    running.delete(job.path);
    finished += 1;
    job.item.remove();
    refresh();
    next();
  };

  const fail = (job, words, isTaken = false) => {
    running.delete(job.path);
    failed.add(job);
    show(job, 'Stopped', 'bad');
    const fix = job.item.querySelector('.fix');
    fix.hidden = false;
    fix.querySelector('.error').textContent = words;
    fix.querySelector('[data-replace]').hidden = !isTaken;
    fix.querySelector('[data-retry]').hidden = isTaken;
    next();
  };

  const retry = (job) => {
    failed.delete(job);
    job.item.querySelector('.fix').hidden = true;
    waiting.unshift(job);
    next();
  };

  const drop = async (job) => {
    failed.delete(job);
    running.delete(job.path);
    wanted -= job.file.size;
    sent -= job.done;
    job.item.remove();
    await job.upload?.abort(true).catch(() => {});
    summarise();
    next();
  };

  // ---- all files -----------------------------------------------------------------------------------------------

  const next = () => {
    while (!paused && running.size < AT_ONCE && waiting.length) start(waiting.shift());
    summarise();
  };

  const summarise = () => {
    const busy = running.size + waiting.length;
    document.getElementById('uploads-box').hidden = busy + failed.size === 0;
    total.max = wanted || 1;
    total.value = sent;
    const more = waiting.length ? `, ${waiting.length.toLocaleString()} files wait` : '';
    totalWords.textContent = `${bytes(sent)} of ${bytes(wanted)} sent${more}`;
    if (!busy && finished) {
      said.textContent = failed.size ? `${failed.size} of the uploads stopped. Each says why.` : 'All files have arrived.';
      finished = 0;
    }
  };

  let due = 0;
  const refresh = () => {
    if (due) return;
    due = setTimeout(() => { due = 0; document.body.dispatchEvent(new Event('files-arrived')); }, 300);
  };

  const add = (file, path, replaces = false) => {
    if (failed.size) for (const job of [...failed]) if (job.path === path) drop(job);
    if (running.has(path) || waiting.some((job) => job.path === path)) return;
    const job = { file, path, replaces, done: 0, item: row(path, file.size) };
    job.item.querySelector('[data-replace]').addEventListener('click', () => { job.replaces = true; retry(job); });
    job.item.querySelector('[data-retry]').addEventListener('click', () => retry(job));
    job.item.querySelector('[data-drop]').addEventListener('click', () => drop(job));
    wanted += file.size;
    if (largest && file.size > largest) {
      list.append(job.item);
      fail(job, `${bytes(file.size)} is more than the ${bytes(largest)} that one file may have.`);
      return;
    }
    waiting.push(job);
  };

  // The portal's own list knows of uploads that are not complete; those that run here are shown here alone.
  const hideOurs = () => {
    const ours = new Set([...running.keys(), ...waiting.map((job) => job.path), ...[...failed].map((job) => job.path)]);
    for (const item of document.querySelectorAll('#file-list [data-path]')) item.hidden = ours.has(item.dataset.path);
  };
  document.body.addEventListener('htmx:afterSwap', hideOurs);

  const addAll = (pairs) => {
    for (const [file, path] of pairs) add(file, path);
    next();
    hideOurs();
  };

  // ---- where files come from -----------------------------------------------------------------------------------

  const HIDDEN = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/;
  const readEntry = async (entry) => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      return [[file, entry.fullPath.replace(/^\//, '')]];
    }
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      // A directory is read in portions of a hundred; the last one is empty.
      const portion = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!portion.length) break;
      for (const child of portion) found.push(...await readEntry(child));
    }
    return found;
  };
  const without = (pairs) => pairs.filter(([, path]) => !HIDDEN.test(path));

  zone.addEventListener('dragover', (event) => { event.preventDefault(); zone.classList.add('over'); });
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', async (event) => {
    event.preventDefault();
    zone.classList.remove('over');
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    for (const entry of entries) addAll(without(await readEntry(entry)));
  });
  for (const input of zone.querySelectorAll('input[type=file]')) {
    input.addEventListener('change', () => {
      addAll(without([...input.files].map((file) => [file, file.webkitRelativePath || file.name])));
      input.value = '';
    });
  }
  for (const button of zone.querySelectorAll('[data-choose]')) {
    button.addEventListener('click', () => document.getElementById(button.dataset.choose).click());
  }
  // The form of a row that replaces its file is sent like every other upload.
  document.body.addEventListener('submit', (event) => {
    const path = event.target.dataset.replaces;
    const file = path && event.target.elements.files.files[0];
    if (!file) return;
    event.preventDefault();
    event.target.closest('details').open = false;
    add(file, path, true);
    next();
  });

  // The drop zone takes the plain form's place.
  zone.hidden = false;
  document.getElementById('plain-upload')?.remove();

  pauseAll.addEventListener('click', () => {
    paused = !paused;
    pauseAll.setAttribute('aria-pressed', String(paused));
    pauseAll.querySelector('span').textContent = paused ? 'Resume all' : 'Pause all';
    for (const job of running.values()) {
      if (paused) { job.upload?.abort(); show(job, 'Paused', 'warn'); } else job.upload?.start();
    }
    next();
  });
  window.addEventListener('beforeunload', (event) => {
    if (running.size + waiting.length) event.preventDefault();
  });
})();
