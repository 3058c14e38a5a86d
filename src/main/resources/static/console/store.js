/** What is known of migrations, and how fast each went since this page is open. */

import {standing} from './format.js';

const KEPT_MILLIS = 180_000;
const APART_MILLIS = 400;

const migrations = new Map();
const rates = new Map();

export const known = id => migrations.get(id);

/** Keeps it, and says aloud what a person would want to hear. */
export function learn(migration) {
  const before = migrations.get(migration.id);
  if (before && isOlder(migration, before)) {
    return before;
  }
  migrations.set(migration.id, migration);
  sample(migration);
  if (before && standing(before) !== standing(migration)) {
    announce(`${migration.domain.name}: ${standing(migration)}`);
  } else if (before && !before.progress.stalled && migration.progress.stalled) {
    announce(`${migration.domain.name} is stalled`);
  }
  return migration;
}

/** A list that was asked before an event came may arrive after it. */
function isOlder(migration, other) {
  return migration.version < other.version
      || (migration.version === other.version
          && migration.progress.bytesMoved < other.progress.bytesMoved);
}

/** Throughput so far, oldest first: [milliseconds, bytes a second]. */
export const throughput = id => rates.get(id) ?? [];

function sample(migration) {
  if (migration.state !== 'MIGRATING') {
    return;
  }
  const now = Date.now();
  const samples = throughput(migration.id).filter(([at]) => now - at < KEPT_MILLIS);
  if (samples.length === 0 || now - samples.at(-1)[0] >= APART_MILLIS) {
    samples.push([now, migration.progress.bytesPerSecond]);
  }
  rates.set(migration.id, samples);
}

export function announce(text) {
  document.getElementById('news').textContent = text;
}
