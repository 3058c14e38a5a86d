/** The API: calls, problems and events, with the token that was given once. */

const KEPT = 'virt-ferry-token';
const LONGEST_PAUSE_MILLIS = 10_000;

/** What a call was refused with: an RFC 9457 problem document, or that nobody answered. */
export class Problem extends Error {
  constructor(status, {title, detail, errors} = {}) {
    super(detail ?? title ?? `The service answered with ${status}.`);
    this.status = status;
    this.title = title ?? 'It did not work';
    this.errors = errors ?? [];
  }
}

export function signedIn() {
  return sessionStorage.getItem(KEPT) !== null;
}

export function signIn(token) {
  sessionStorage.setItem(KEPT, token);
}

export function signOut() {
  sessionStorage.removeItem(KEPT);
}

export const get = (path, signal) => call('GET', path, {signal});

export const post = (path, body, headers) =>
    call('POST', path, {body, type: 'application/json', headers});

export const patch = (path, body) =>
    call('PATCH', path, {body, type: 'application/merge-patch+json'});

/** Letters for an Idempotency-Key; crypto.randomUUID is not there without TLS. */
export function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

async function call(method, path, {body, type, headers = {}, signal} = {}) {
  const answer = await send(path, {
    method,
    signal,
    headers: {Accept: 'application/json', ...(type && {'Content-Type': type}), ...headers},
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return answer.json();
}

async function send(path, request) {
  let answer;
  try {
    answer = await fetch(path, {
      ...request,
      cache: 'no-store',
      headers: {...request.headers, Authorization: `Bearer ${sessionStorage.getItem(KEPT)}`},
    });
  } catch (e) {
    if (e.name === 'AbortError') {
      throw e;
    }
    throw new Problem(0, {title: 'No answer', detail: 'The service does not answer.'});
  }
  if (!answer.ok) {
    throw new Problem(answer.status, await answer.json().catch(() => ({})));
  }
  return answer;
}

/**
 * Tells every change of a migration until its end, through lost connections too. EventSource can't
 * show a token, so the stream is read by hand.
 *
 * @param onLost told of each connection that was lost; the next event means that it is back
 */
export async function watch(id, {signal, onChange, onLost}) {
  let last = '';
  let pause = 500;
  while (!signal.aborted) {
    try {
      for await (const event of events(`v1/migrations/${id}/events`, last, signal)) {
        last = event.id;
        pause = 500;
        const migration = JSON.parse(event.data);
        onChange(migration);
        if (migration.endedAt) {
          return;
        }
      }
    } catch (e) {
      if (e.name === 'AbortError') {
        return;
      }
      if (e instanceof Problem && e.status >= 400 && e.status < 500 && e.status !== 429) {
        throw e;
      }
      onLost();
    }
    await new Promise(resolve => setTimeout(resolve, pause));
    pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
  }
}

async function* events(path, last, signal) {
  const answer = await send(path, {
    signal,
    headers: {Accept: 'text/event-stream', ...(last && {'Last-Event-ID': last})},
  });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const {done, value} = await reader.read();
    if (done) {
      return;
    }
    const blocks = (text + value).split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const event = parsed(block);
      if (event.data) {
        yield event;
      }
    }
  }
}

function parsed(block) {
  const event = {id: '', data: ''};
  for (const line of block.split('\n')) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name in event) {
      event[name] += value;
    }
  }
  return event;
}
