// Requests of the viewer: each ends in time, waits where the portal asks it to, and fails with a sentence.

const PATIENCE = 45_000;
const MOST_TRIES = 5;

/** What the portal said, or what became of a request that it did not answer. */
export class Problem extends Error {
  constructor(sentence, status = 0, wait = 0) {
    super(sentence);
    this.status = status;
    this.wait = wait;
  }
}

/**
 * The response of a GET; 429 and 503 are asked again after their Retry-After.
 * @param {string} address
 * @param {{signal?: AbortSignal, tries?: number, onWait?: (seconds: number) => void}} [options]
 * @throws {Problem} with a sentence; AbortError when `signal` ends it
 */
export async function get(address, { signal, tries = MOST_TRIES, onWait } = {}) {
  for (let turn = 1; ; turn += 1) {
    try {
      return await once(address, signal);
    } catch (error) {
      if (!(error instanceof Problem) || !error.wait || turn >= tries) throw error;
      onWait?.(error.wait);
      await pause(error.wait * 1000, signal);
    }
  }
}

export const getJson = async (address, options) => (await get(address, options)).json();

async function once(address, signal) {
  const limit = AbortSignal.timeout(PATIENCE);
  let response;
  try {
    response = await fetch(address, {
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      credentials: 'same-origin',
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    if (limit.aborted) throw new Problem('The portal took too long to draw this. Try again, or zoom in.');
    throw new Problem('No connection to the portal. Check the network, then try again.', 0, 0);
  }
  if (response.ok) return response;
  const wait = [429, 503].includes(response.status) ? Math.min(30, Number(response.headers.get('Retry-After')) || 2) : 0;
  throw new Problem(await sentenceOf(response), response.status, wait);
}

/** The sentence of a problem JSON; a proxy in between may answer in its own way. */
async function sentenceOf(response) {
  const fallback = `The portal answered with an error (${response.status}). Try again in a moment.`;
  try {
    const problem = await response.json();
    return problem.detail || problem.title || fallback;
  } catch {
    return fallback;
  }
}

function pause(milliseconds, signal) {
  return new Promise((done, failed) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      failed(signal.reason);
    }, { once: true });
  });
}
