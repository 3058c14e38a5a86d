/** What is wished for: which guest goes where, with which of its disks, and how. */

import {randomKey} from './api.js';
import {numeric} from './format.js';

/** Numbers are kept as they were typed. */
export class Wish {
  source = '';
  domain = '';
  destUri = '';
  /** Targets in the order in which they were ticked. */
  disks = new Set();
  copy = 'FULL';
  priority = '';
  options = {
    bandwidthMiBps: '',
    maxDowntimeMillis: '',
    parallelConnections: '',
    timeoutSeconds: '',
    timeoutAction: 'CANCEL',
    sourceVolumes: 'KEEP',
    overwrite: 'OWN',
    guardedSwitchover: false,
    postCopy: false,
    autoConverge: false,
    tls: false,
  };
  /** The same for each try of the same wish, so that a repeated click starts nothing twice. */
  key = randomKey();

  /** @param what is done to it; it is another wish then */
  change(what) {
    what(this);
    this.key = randomKey();
  }

  /** A host has guests of its own, and none of them goes to where it is. */
  leave(source, hosts) {
    this.source = source;
    this.domain = '';
    if (this.destUri === hosts.find(({name}) => name === source)?.destUri) {
      this.destUri = '';
    }
  }

  /** All of its disks that can be copied are, until some are left out. */
  move(uuid, domains) {
    this.domain = uuid;
    this.disks =
        new Set(this.among(domains)?.disks.filter(disk => disk.copyable).map(disk => disk.target));
  }

  /** The domain that is to move; undefined until one of these is chosen. */
  among(domains) {
    return domains.find(({uuid}) => uuid === this.domain);
  }

  copyDisk(target, copied) {
    this.disks[copied ? 'add' : 'delete'](target);
  }

  /** As POST /v1/migrations takes it, without what is as the service would have it anyway. */
  request() {
    return {
      domain: this.domain,
      source: this.source || undefined,
      destUri: this.destUri,
      ...(this.disks.size > 0 && {disks: [...this.disks], copy: this.copy}),
      priority: numeric(this.priority),
      options: given(this.options),
    };
  }
}

const given = options => ({
  bandwidthMiBps: numeric(options.bandwidthMiBps),
  maxDowntimeMillis: numeric(options.maxDowntimeMillis),
  parallelConnections: numeric(options.parallelConnections),
  timeout: numeric(options.timeoutSeconds)
      && {seconds: numeric(options.timeoutSeconds), action: options.timeoutAction},
  sourceVolumes: unless('KEEP', options.sourceVolumes),
  overwrite: unless('OWN', options.overwrite),
  guardedSwitchover: options.guardedSwitchover || undefined,
  postCopy: options.postCopy || undefined,
  autoConverge: options.autoConverge ? {} : undefined,
  tls: options.tls || undefined,
});

const unless = (usual, value) => value === usual ? undefined : value;
