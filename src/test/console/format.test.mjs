import assert from 'node:assert/strict';
import {mock, suite, test} from 'node:test';
import {
  ENDED, STATES, UNDER_WAY, between, bytes, duration, millis, numeric, phaseName, rate, standing, time, whereabouts, words,
} from '../../main/resources/static/console/format.js';

const GIB = 1024 ** 3;

/** Each row: what is given, and what has to come of it. */
function each(of, rows) {
  for (const [given, expected] of rows) {
    test(`${JSON.stringify(given) ?? given} is ${JSON.stringify(expected) ?? expected}`, () =>
      assert.deepEqual(of(given), expected));
  }
}

suite('bytes', () => each(bytes, [
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [100 * 1024, '100 KiB'],
  [1024 ** 2, '1.0 MiB'],
  [8 * GIB, '8.0 GiB'],
  [500 * GIB, '500 GiB'],
  [3 * 1024 ** 4, '3.0 TiB'],
  [0.25, '0 B'],
  [null, '–'],
  [undefined, '–'],
]));

suite('bytes beyond the last unit', () => each(bytes, [
  [2 ** 60, '1048576 TiB'],
  [Number.MAX_SAFE_INTEGER, '8192 TiB'],
]));

suite('rate', () => each(rate, [
  [0, '0 B/s'],
  [10 * 1024 ** 2, '10.0 MiB/s'],
  [null, '–/s'],
]));

suite('duration', () => each(duration, [
  [0, '0 s'],
  [0.4, '0 s'],
  [0.5, '1 s'],
  [59.4, '59 s'],
  [59.5, '1 min 0 s'],
  [61, '1 min 1 s'],
  [3599, '59 min 59 s'],
  [3600, '1 h 0 min'],
  [3661, '1 h 1 min'],
  [100 * 86_400, '2400 h 0 min'],
]));

suite('millis', () => each(millis, [
  [0, '0 ms'],
  [9999, '9999 ms'],
  [10_000, '10 s'],
  [90_500, '1 min 31 s'],
]));

suite('between', () => {
  test('is in seconds', () =>
    assert.equal(between('2026-11-28T10:00:00Z', '2026-11-28T10:01:30.500Z'), 90.5));
  test('is the same in another zone', () =>
    assert.equal(between('2026-11-28T10:00:00Z', '2026-11-28T12:00:01+02:00'), 1));
  test('is negative where the end is before the start', () =>
    assert.equal(between('2026-11-28T10:00:01Z', '2026-11-28T10:00:00Z'), -1));
  test('is no number where an end is not known', () =>
    assert.equal(between('2026-11-28T10:00:00Z', undefined), NaN));
});

suite('time', () => {
  const told = (now, instant) => {
    mock.timers.enable({apis: ['Date'], now});
    try {
      return time(instant.toISOString());
    } finally {
      mock.timers.reset();
    }
  };
  const evening = new Date(2026, 10, 28, 22, 41, 7);
  const clock = evening.toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', second: '2-digit'});
  const year = evening.toLocaleDateString([], {year: 'numeric'});

  test('is without a date today', () => {
    assert.equal(told(new Date(2026, 10, 28, 0, 0, 0), evening), clock);
    assert.equal(told(new Date(2026, 10, 28, 23, 59, 59), evening), clock);
  });
  test('is with a date on any other day', () => {
    for (const now of [new Date(2026, 10, 29, 0, 0, 0), new Date(2025, 10, 28, 22, 41, 7)]) {
      const text = told(now, evening);
      assert.ok(text.includes(clock) && text.includes(year), text);
    }
  });
});

suite('states', () => {
  test('are under way until they are ended', () => {
    assert.deepEqual([...UNDER_WAY, ...ENDED], Object.keys(STATES));
    assert.deepEqual(ENDED, ['SUCCEEDED', 'FAILED', 'CANCELLED']);
  });
  test('have words, each its own', () =>
    assert.equal(new Set(Object.values(STATES)).size, Object.keys(STATES).length));
});

suite('standing', () => each(standing, [
  [{state: 'QUEUED'}, 'Queued'],
  [{state: 'NEEDS_ATTENTION', phase: 'MEMORY'}, 'Needs attention'],
  [{state: 'MIGRATING', phase: 'STORAGE'}, 'Migrating, disks'],
  [{state: 'MIGRATING', phase: 'POST_COPY'}, 'Migrating, post-copy'],
  [{state: 'MIGRATING', phase: null}, 'Migrating'],
  [{state: 'MIGRATING', phase: 'NEVER_HEARD_OF'}, 'Migrating'],
  [{state: 'MIGRATING', phase: 'MEMORY', cancelRequested: true, endedAt: null}, 'Migrating, memory; being cancelled'],
  [{state: 'QUEUED', cancelRequested: true}, 'Queued; being cancelled'],
  [{state: 'CANCELLED', cancelRequested: true, endedAt: '2026-11-28T10:00:00Z'}, 'Cancelled'],
]));

suite('phaseName', () => each(phaseName, [
  ['STORAGE', 'disks'],
  ['MEMORY', 'memory'],
  ['SWITCHOVER', 'switchover'],
  ['POST_COPY', 'post-copy'],
  ['NEVER_HEARD_OF', 'NEVER_HEARD_OF'],
  [null, null],
]));

suite('whereabouts', () => {
  const at = domainLocation => whereabouts({domainLocation, source: 'kvm-a', destination: '<b>kvm-b</b>'});

  each(at, [
    ['SOURCE', 'on kvm-a'],
    ['DESTINATION', 'on <b>kvm-b</b>'],
    ['BOTH', 'on both hosts'],
    ['NEITHER', 'on neither host'],
    ['UNKNOWN', 'not known'],
    ['NEVER_HEARD_OF', undefined],
  ]);
});

suite('words', () => each(words, [
  ['maxDowntimeMillis', 'max downtime millis'],
  ['NAME_AND_UUID', 'name and uuid'],
  ['tls', 'tls'],
  ['TLS', 'tls'],
  ['guardedSwitchover', 'guarded switchover'],
  ['', ''],
  ['<img src=x>', '<img src=x>'],
]));

suite('numeric', () => each(numeric, [
  ['', undefined],
  ['   ', undefined],
  ['0', 0],
  [' 12 ', 12],
  ['-1', -1],
  ['1.5', 1.5],
  ['9007199254740993', 9007199254740992],
  ['1e999', '1e999'],
  ['Infinity', 'Infinity'],
  ['NaN', 'NaN'],
  ['12 MiB', '12 MiB'],
  [' <b>1</b> ', '<b>1</b>'],
]));
