/** Numbers, times and names in words, and typed words as numbers. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export const STATES = {
  QUEUED: 'Queued',
  PREPARING: 'Preparing',
  MIGRATING: 'Migrating',
  FINISHING: 'Finishing',
  RECOVERING: 'Recovering',
  NEEDS_ATTENTION: 'Needs attention',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
};

export const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED'];
export const UNDER_WAY = Object.keys(STATES).filter(state => !ENDED.includes(state));

const PHASES = {
  STORAGE: 'disks',
  MEMORY: 'memory',
  SWITCHOVER: 'switchover',
  POST_COPY: 'post-copy',
};

export function bytes(count) {
  if (count == null) {
    return '–';
  }
  const unit = count < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** unit;
  return `${value.toFixed(unit > 0 && value < 100 ? 1 : 0)} ${UNITS[unit]}`;
}

export const rate = bytesPerSecond => `${bytes(bytesPerSecond)}/s`;

export function duration(seconds) {
  const whole = Math.round(seconds);
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (h > 0) {
    return `${h} h ${min} min`;
  }
  return min > 0 ? `${min} min ${s} s` : `${s} s`;
}

export const millis = ms => (ms < 10_000 ? `${ms} ms` : duration(ms / 1000));

export const between = (from, to) => (new Date(to) - new Date(from)) / 1000;

/** The time alone where it was today, with the date where it was not. */
export function time(instant) {
  const at = new Date(instant);
  const today = at.toDateString() === new Date().toDateString();
  return at.toLocaleString([], {
    ...(!today && {year: 'numeric', month: 'short', day: 'numeric'}),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

export function standing(migration) {
  const phase = migration.state === 'MIGRATING' && PHASES[migration.phase];
  const words = STATES[migration.state] + (phase ? `, ${phase}` : '');
  return migration.cancelRequested && !migration.endedAt ? `${words}; being cancelled` : words;
}

export const phaseName = phase => PHASES[phase] ?? phase;

export function whereabouts({domainLocation, source, destination}) {
  return {
    SOURCE: `on ${source}`,
    DESTINATION: `on ${destination}`,
    BOTH: 'on both hosts',
    NEITHER: 'on neither host',
    UNKNOWN: 'not known',
  }[domainLocation];
}

/** A name of the API as words: bandwidthMiBps is bandwidth MiBps, NAME_AND_UUID is name and uuid. */
export const words = name =>
    /[a-z]/.test(name)
        ? name.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b}`).toLowerCase()
        : name.replaceAll('_', ' ').toLowerCase();

/** A number where it is one; what else was typed is for the service to judge. */
export function numeric(value) {
  const given = value.trim();
  if (given === '') {
    return undefined;
  }
  return Number.isFinite(Number(given)) ? Number(given) : given;
}
