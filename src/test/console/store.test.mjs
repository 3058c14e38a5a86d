import assert from 'node:assert/strict';
import {beforeEach, mock, suite, test} from 'node:test';
import {announce, known, learn, throughput} from '../../main/resources/static/console/store.js';

const SECOND = 1000;

/** What was said aloud, as text and never as markup. */
let said;
let ids = 0;

beforeEach(() => {
  said = [];
  globalThis.document = {
    getElementById: id => {
      assert.equal(id, 'news');
      return Object.freeze({
        set textContent(text) {
          said.push(text);
        },
      });
    },
  };
});

/** One that the store has not seen yet. */
function migration({progress, ...rest} = {}) {
  ids += 1;
  return {
    id: `m-${ids}`,
    version: 1,
    state: 'MIGRATING',
    phase: 'STORAGE',
    domain: {name: 'web-01'},
    progress: {bytesMoved: 0, bytesPerSecond: 0, stalled: null, ...progress},
    ...rest,
  };
}

const later = (before, {progress, ...rest}) =>
    ({...before, ...rest, progress: {...before.progress, ...progress}});

suite('known', () => {
  test('is nothing of what was never learnt', () => {
    for (const id of ['m-0', '', null, undefined, '__proto__']) {
      assert.equal(known(id), undefined);
    }
  });
  test('is what was learnt last', () => {
    const first = learn(migration());
    assert.equal(known(first.id), first);
    const second = learn(later(first, {version: 2}));
    assert.equal(known(first.id), second);
  });
});

suite('learn', () => {
  test('keeps what is newer than a list that was asked before it', () => {
    const event = learn(migration({version: 3}));
    assert.equal(learn(later(event, {version: 2, state: 'QUEUED'})), event);
    assert.equal(known(event.id), event);
    assert.deepEqual(said, []);
  });
  test('tells by the bytes which of one version is older', () => {
    const event = learn(migration({progress: {bytesMoved: 100}}));
    assert.equal(learn(later(event, {progress: {bytesMoved: 99}})), event);
    const same = later(event, {});
    assert.equal(learn(same), same);
    const further = later(event, {progress: {bytesMoved: Number.MAX_SAFE_INTEGER}});
    assert.equal(learn(further), further);
  });
  test('takes a newer version also with fewer bytes', () => {
    const before = learn(migration({progress: {bytesMoved: 100}}));
    const anew = later(before, {version: 2, progress: {bytesMoved: 0}});
    assert.equal(learn(anew), anew);
  });
  test('says nothing of what it sees for the first time', () => {
    learn(migration({state: 'NEEDS_ATTENTION', progress: {stalled: {since: 'now'}}}));
    assert.deepEqual(said, []);
  });
  test('says each change of where it stands once', () => {
    const first = learn(migration());
    const second = learn(later(first, {version: 2, phase: 'MEMORY'}));
    learn(later(second, {progress: {bytesMoved: 5}}));
    const third = learn(later(second, {version: 3, cancelRequested: true}));
    learn(later(third, {version: 4, state: 'CANCELLED', endedAt: '2026-11-28T10:00:00Z'}));
    assert.deepEqual(said, [
      'web-01: Migrating, memory',
      'web-01: Migrating, memory; being cancelled',
      'web-01: Cancelled',
    ]);
  });
  test('says that it is stalled when it begins to be', () => {
    const flowing = learn(migration());
    const stalled = learn(later(flowing, {progress: {stalled: {since: 'now'}}}));
    learn(later(stalled, {progress: {bytesMoved: 1}}));
    learn(later(stalled, {progress: {bytesMoved: 2, stalled: null}}));
    assert.deepEqual(said, ['web-01 is stalled']);
  });
  test('says the state where both change', () => {
    const before = learn(migration());
    learn(later(before, {version: 2, state: 'RECOVERING', progress: {stalled: {since: 'now'}}}));
    assert.deepEqual(said, ['web-01: Recovering']);
  });
  test('says a name as it is', () => {
    const name = '<img src=x onerror="alert(1)">';
    const before = learn(migration({domain: {name}}));
    learn(later(before, {version: 2, state: 'SUCCEEDED'}));
    assert.deepEqual(said, [`${name}: Succeeded`]);
  });
});

suite('throughput', () => {
  beforeEach(() => mock.timers.enable({apis: ['Date'], now: 0}));

  const at = (millis, given, bytesPerSecond) => {
    mock.timers.setTime(millis);
    return learn(later(given, {progress: {bytesPerSecond}}));
  };

  const samples = check => () => {
    try {
      check(migration());
    } finally {
      mock.timers.reset();
    }
  };

  test('is empty where nothing is known', samples(() => {
    assert.deepEqual(throughput('m-0'), []);
    assert.deepEqual(throughput(undefined), []);
  }));
  test('is sampled while it migrates alone', samples(one => {
    at(0, {...one, state: 'PREPARING'}, 7);
    assert.deepEqual(throughput(one.id), []);
    at(SECOND, {...one, version: 2}, 8);
    at(2 * SECOND, {...one, version: 3, state: 'FINISHING'}, 9);
    assert.deepEqual(throughput(one.id), [[SECOND, 8]]);
  }));
  test('has no two samples closer than 400 ms', samples(one => {
    at(0, one, 1);
    at(399, one, 2);
    at(400, one, 3);
    at(799, one, 4);
    assert.deepEqual(throughput(one.id), [[0, 1], [400, 3]]);
  }));
  test('goes back three minutes', samples(one => {
    at(0, one, 1);
    at(SECOND, one, 2);
    at(180 * SECOND, one, 3);
    assert.deepEqual(throughput(one.id), [[SECOND, 2], [180 * SECOND, 3]]);
    at(3600 * SECOND, one, 4);
    assert.deepEqual(throughput(one.id), [[3600 * SECOND, 4]]);
  }));
  test('keeps nothing of what is older than the last', samples(one => {
    at(0, {...one, version: 2}, 1);
    at(SECOND, one, 2);
    assert.deepEqual(throughput(one.id), [[0, 1]]);
  }));
  test('is each migration’s own', samples(one => {
    at(0, one, 0);
    at(0, migration(), Number.MAX_SAFE_INTEGER);
    assert.deepEqual(throughput(one.id), [[0, 0]]);
  }));
});

suite('announce', () => {
  test('says text, whatever is in it', () => {
    announce('<b>bold</b>');
    announce('');
    assert.deepEqual(said, ['<b>bold</b>', '']);
  });
});
