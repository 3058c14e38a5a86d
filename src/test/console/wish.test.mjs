import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import {Wish} from '../../main/resources/static/console/wish.js';

const HOSTS = [
  {name: 'kvm-a', destUri: 'qemu+tls://kvm-a/system'},
  {name: 'kvm-b', destUri: 'qemu+tls://kvm-b/system'},
];

const DOMAINS = [
  {
    uuid: 'u-1',
    disks: [
      {target: 'vdb', copyable: true},
      {target: 'sda', copyable: false},
      {target: 'vda', copyable: true},
    ],
  },
  {uuid: 'u-2', disks: []},
];

/** What reaches the service. */
const sent = wish => JSON.parse(JSON.stringify(wish.request()));

const wished = (options = {}) => {
  const wish = new Wish();
  Object.assign(wish.options, options);
  return wish;
};

suite('request', () => {
  test('asks for nothing of its own', () =>
    assert.deepEqual(sent(new Wish()), {domain: '', destUri: '', options: {}}));
  test('says what goes where', () => {
    const wish = new Wish();
    wish.leave('kvm-a', HOSTS);
    wish.move('u-1', DOMAINS);
    wish.destUri = HOSTS[1].destUri;
    assert.deepEqual(sent(wish), {
      domain: 'u-1',
      source: 'kvm-a',
      destUri: 'qemu+tls://kvm-b/system',
      disks: ['vdb', 'vda'],
      copy: 'FULL',
      options: {},
    });
  });
  test('says how to copy only where disks are copied', () => {
    const wish = new Wish();
    wish.copy = 'INCREMENTAL';
    assert.deepEqual(sent(wish), {domain: '', destUri: '', options: {}});
    wish.copyDisk('vda', true);
    assert.deepEqual(sent(wish).disks, ['vda']);
    assert.equal(sent(wish).copy, 'INCREMENTAL');
  });
  test('makes numbers of what was typed', () => {
    const wish = wished({bandwidthMiBps: ' 200 ', maxDowntimeMillis: '0', parallelConnections: '-1', timeoutSeconds: '60'});
    wish.priority = '0';
    assert.equal(sent(wish).priority, 0);
    assert.deepEqual(sent(wish).options, {
      bandwidthMiBps: 200,
      maxDowntimeMillis: 0,
      parallelConnections: -1,
      timeout: {seconds: 60, action: 'CANCEL'},
    });
  });
  test('leaves what is no number to the service', () => {
    const wish = wished({bandwidthMiBps: 'a lot', maxDowntimeMillis: '<b>', parallelConnections: '1e999', timeoutSeconds: 'never'});
    wish.priority = '"}';
    assert.equal(sent(wish).priority, '"}');
    assert.deepEqual(sent(wish).options, {
      bandwidthMiBps: 'a lot',
      maxDowntimeMillis: '<b>',
      parallelConnections: '1e999',
      timeout: {seconds: 'never', action: 'CANCEL'},
    });
  });
  test('has no time limit where only its action was chosen', () =>
    assert.deepEqual(sent(wished({timeoutAction: 'SUSPEND', timeoutSeconds: ' '})).options, {}));
  test('says what is not as usual', () =>
    assert.deepEqual(
        sent(wished({
          timeoutSeconds: '9',
          timeoutAction: 'POST_COPY',
          sourceVolumes: 'DELETE',
          overwrite: 'NEVER',
          guardedSwitchover: true,
          postCopy: true,
          autoConverge: true,
          tls: true,
        })).options,
        {
          timeout: {seconds: 9, action: 'POST_COPY'},
          sourceVolumes: 'DELETE',
          overwrite: 'NEVER',
          guardedSwitchover: true,
          postCopy: true,
          autoConverge: {},
          tls: true,
        }));
  test('names things as they are', () => {
    const wish = new Wish();
    wish.source = '<img src=x>';
    wish.domain = '../..';
    wish.destUri = 'qemu+tls://k/system?"\u0000';
    assert.deepEqual(sent(wish), {
      domain: '../..',
      source: '<img src=x>',
      destUri: 'qemu+tls://k/system?"\u0000',
      options: {},
    });
  });
});

suite('leave', () => {
  test('forgets the domain, which another host does not have', () => {
    const wish = new Wish();
    wish.move('u-1', DOMAINS);
    wish.leave('kvm-b', HOSTS);
    assert.equal(wish.source, 'kvm-b');
    assert.equal(wish.domain, '');
  });
  test('forgets a destination that is the source now', () => {
    const wish = new Wish();
    wish.destUri = HOSTS[0].destUri;
    wish.leave('kvm-a', HOSTS);
    assert.equal(wish.destUri, '');
  });
  test('keeps any other destination', () => {
    const wish = new Wish();
    wish.destUri = HOSTS[1].destUri;
    for (const source of ['kvm-a', '', 'never heard of']) {
      wish.leave(source, HOSTS);
      assert.equal(wish.destUri, HOSTS[1].destUri);
    }
    wish.leave('kvm-b', []);
    assert.equal(wish.destUri, HOSTS[1].destUri);
  });
});

suite('move', () => {
  test('ticks each disk that can be copied', () => {
    const wish = new Wish();
    wish.move('u-1', DOMAINS);
    assert.deepEqual([...wish.disks], ['vdb', 'vda']);
  });
  test('ticks none of one without disks, of none and of one that is not there', () => {
    for (const uuid of ['u-2', '', 'u-3', null, undefined]) {
      const wish = new Wish();
      wish.move('u-1', DOMAINS);
      wish.move(uuid, DOMAINS);
      assert.deepEqual([...wish.disks], [], uuid);
    }
  });
});

suite('among', () => {
  test('is the domain that was chosen', () => {
    const wish = new Wish();
    wish.move('u-2', DOMAINS);
    assert.equal(wish.among(DOMAINS), DOMAINS[1]);
  });
  test('is undefined where none was, and where it is gone', () => {
    const wish = new Wish();
    assert.equal(wish.among(DOMAINS), undefined);
    wish.move('u-1', DOMAINS);
    assert.equal(wish.among([]), undefined);
  });
});

suite('copyDisk', () => {
  test('ticks and unticks, once or again', () => {
    const wish = new Wish();
    wish.copyDisk('vda', true);
    wish.copyDisk('vdb', true);
    wish.copyDisk('vda', true);
    assert.deepEqual([...wish.disks], ['vda', 'vdb']);
    wish.copyDisk('vda', false);
    wish.copyDisk('vda', false);
    wish.copyDisk('never', false);
    assert.deepEqual([...wish.disks], ['vdb']);
  });
});

suite('key', () => {
  test('stays for each try of the same wish', () => {
    const wish = new Wish();
    const {key} = wish;
    wish.request();
    wish.request();
    assert.match(key, /^[0-9a-f]{32}$/);
    assert.equal(wish.key, key);
  });
  test('is another one for another wish', () => {
    const wish = new Wish();
    const keys = [wish.key, new Wish().key];
    for (const bandwidth of ['1', '12', '1']) {
      wish.change(changed => {
        assert.equal(changed, wish);
        changed.options.bandwidthMiBps = bandwidth;
      });
      keys.push(wish.key);
    }
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(sent(wish).options.bandwidthMiBps, 1);
  });
});
