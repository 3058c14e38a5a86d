/** Starts a migration: what goes where, the plan of it, and only then the start. */

import {html, nothing} from '../webjars/lit-html/lit-html.js';
import {get, post, randomKey} from './api.js';
import {bytes, duration, words} from './format.js';
import {errorAt, field, focusFirstWrong, numeric, refusal, select, text} from './parts.js';
import {learn} from './store.js';

const SIGNS = {PASSED: '✓', FAILED: '✗', UNKNOWN: '?'};

export function open({redraw, onRefused}) {
  const leaving = new AbortController();
  const wish = {source: '', domain: '', destUri: '', disks: new Set(), copy: 'FULL', priority: ''};
  const options = {
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
  let hosts = null;
  let domains = [];
  let plan = null;
  let problem = null;
  let busy = false;
  /** The same for each try of the same wish, so that a repeated click starts nothing twice. */
  let key = randomKey();

  function refused(e) {
    if (e.name !== 'AbortError' && !onRefused(e)) {
      problem = e;
    }
    redraw();
  }

  const read = path => get(path, leaving.signal);

  async function readHosts() {
    try {
      hosts = (await read('v1/hosts')).items;
      redraw();
    } catch (e) {
      refused(e);
    }
  }

  async function readDomains(host) {
    try {
      const found = (await read(`v1/hosts/${encodeURIComponent(host)}/domains`)).items;
      if (host === wish.source) {
        domains = found.filter(({state}) => state === 'RUNNING' || state === 'PAUSED');
        redraw();
      }
    } catch (e) {
      refused(e);
    }
  }

  function change(what) {
    what();
    plan = null;
    problem = null;
    key = randomKey();
    redraw();
  }

  const chooseSource = source => change(() => {
    wish.source = source;
    wish.domain = '';
    domains = [];
    if (wish.destUri === hosts.find(({name}) => name === source)?.destUri) {
      wish.destUri = '';
    }
    readDomains(source);
  });

  const chooseDomain = name => change(() => {
    wish.domain = name;
    wish.disks = new Set(chosen()?.disks.filter(disk => disk.copyable).map(disk => disk.target));
  });

  const chosen = () => domains.find(({uuid}) => uuid === wish.domain);

  function request() {
    const given = {
      bandwidthMiBps: numeric(options.bandwidthMiBps),
      maxDowntimeMillis: numeric(options.maxDowntimeMillis),
      parallelConnections: numeric(options.parallelConnections),
      timeout: numeric(options.timeoutSeconds)
          && {seconds: numeric(options.timeoutSeconds), action: options.timeoutAction},
      sourceVolumes: options.sourceVolumes === 'KEEP' ? undefined : options.sourceVolumes,
      overwrite: options.overwrite === 'OWN' ? undefined : options.overwrite,
      guardedSwitchover: options.guardedSwitchover || undefined,
      postCopy: options.postCopy || undefined,
      autoConverge: options.autoConverge ? {} : undefined,
      tls: options.tls || undefined,
    };
    return {
      domain: wish.domain,
      source: wish.source || undefined,
      destUri: wish.destUri,
      ...(wish.disks.size > 0 && {disks: [...wish.disks], copy: wish.copy}),
      priority: numeric(wish.priority),
      options: given,
    };
  }

  /** The plan is about the wish as it was sent; what was changed meanwhile needs another. */
  async function send(event) {
    event?.preventDefault();
    if (busy) {
      return;
    }
    busy = true;
    problem = null;
    const of = key;
    redraw();
    try {
      const found = await post('v1/migration-plans', request());
      plan = of === key ? found : null;
    } catch (e) {
      refused(e);
    }
    busy = false;
    await redraw();
    const main = document.getElementById('main');
    focusFirstWrong(main);
    if (plan?.possible) {
      main.querySelector('#plan')?.focus();
    }
  }

  async function start() {
    if (busy) {
      return;
    }
    busy = true;
    try {
      const migration = await post('v1/migrations', request(), {'Idempotency-Key': key});
      learn(migration);
      location.hash = `#/migrations/${migration.id}`;
    } catch (e) {
      plan = null;
      refused(e);
    }
    busy = false;
    await redraw();
    focusFirstWrong(document.getElementById('main'));
  }

  const blame = pointer =>
      errorAt(problem, pointer)
      ?? plan?.problems.map(found => errorAt(found, pointer)).find(Boolean);

  const option = (name, label, hint, pointer = `#/options/${name}`) => field({
    id: name,
    label,
    hint,
    error: blame(pointer),
    control: text({
      name,
      value: options[name],
      numeric: true,
      onInput: value => change(() => {
        options[name] = value;
      }),
    }),
  });

  const check = (name, label, hint) => {
    const error = blame(`#/options/${name}`);
    return html`
      <div class="field check ${error ? 'wrong' : ''}">
        <input type="checkbox" id=${name} name=${name} .checked=${options[name]}
            aria-describedby="${name}-hint" aria-invalid=${error ? 'true' : 'false'}
            @change=${event => change(() => {
              options[name] = event.target.checked;
            })}>
        <label for=${name}>${label}</label>
        <span class="hint" id="${name}-hint">${hint}${error ? html` <span class="error">${error}</span>` : nothing}</span>
      </div>`;
  };

  const template = () => html`
    <p class="back"><a href="#/">All migrations</a></p>
    <h1 tabindex="-1">Start a migration</h1>
    <div class="start">
      <form novalidate @submit=${send}>
        ${route()} ${disks()} ${tuning()}
        <div class="buttons"><button class=${plan?.possible ? '' : 'primary'}>Show the plan</button></div>
        ${refusal(problem)}
      </form>
      ${planned()}
    </div>`;

  const route = () => html`
    <fieldset>
      <legend>Guest</legend>
      ${field({id: 'source', label: 'From', error: blame('#/source'), control: select({
        name: 'source',
        value: wish.source,
        options: [choose, ...(hosts ?? []).map(named('name'))],
        onChange: chooseSource,
      })})}
      ${field({id: 'domain', label: 'Domain', error: blame('#/domain'), control: select({
        name: 'domain',
        value: wish.domain,
        options: [choose, ...domains.map(({uuid, name, state}) =>
            ({value: uuid, label: state === 'RUNNING' ? name : `${name} (${words(state)})`}))],
        onChange: chooseDomain,
      })})}
      ${field({id: 'destUri', label: 'To', error: blame('#/destUri'), control: select({
        name: 'destUri',
        value: wish.destUri,
        options: [choose, ...(hosts ?? []).filter(({name}) => name !== wish.source).map(named('destUri'))],
        onChange: value => change(() => {
          wish.destUri = value;
        }),
      })})}
    </fieldset>`;

  const choose = {value: '', label: 'Choose…'};

  const named = value => host => ({
    value: host[value],
    label: host.reachable ? host.name : `${host.name} (does not answer)`,
    disabled: !host.reachable,
  });

  const disks = () => chosen()
    ? html`
      <fieldset>
        <legend>Disks to copy</legend>
        ${chosen().disks.map(disk)}
        ${blame('#/disks') ? html`<span class="error">${blame('#/disks')}</span>` : nothing}
        ${wish.disks.size === 0 ? nothing : field({id: 'copy', label: 'Copy', error: blame('#/copy'),
          control: select({
            name: 'copy',
            value: wish.copy,
            options: [{value: 'FULL', label: 'Everything'}, {value: 'INCREMENTAL', label: 'The own layer only'}],
            onChange: value => change(() => {
              wish.copy = value;
            }),
          })})}
      </fieldset>`
    : nothing;

  const disk = ({target, copyable, reason, capacityBytes, source}) => {
    const at = [...wish.disks].indexOf(target);
    const error = at < 0 ? undefined : blame(`#/disks/${at}`);
    return html`
      <div class="field check ${error ? 'wrong' : ''}">
        <input type="checkbox" id="disk-${target}" name="disks" value=${target}
            .checked=${wish.disks.has(target)} ?disabled=${!copyable}
            aria-describedby="disk-${target}-hint" aria-invalid=${error ? 'true' : 'false'}
            @change=${event => change(() => {
              wish.disks[event.target.checked ? 'add' : 'delete'](target);
            })}>
        <label for="disk-${target}">${target} <span class="quiet">${bytes(capacityBytes)}</span></label>
        <span class="hint" id="disk-${target}-hint">${copyable ? source : reason}
          ${error ? html`<span class="error">${error}</span>` : nothing}</span>
      </div>`;
  };

  const tuning = () => html`
    <fieldset>
      <legend>Options</legend>
      <div class="pair">
        ${option('bandwidthMiBps', 'Bandwidth', 'MiB/s for each stream')}
        ${option('maxDowntimeMillis', 'Longest pause', 'ms to aim for')}
      </div>
      ${check('guardedSwitchover', 'Guarded switchover', 'It runs on only when the source has let go of it.')}
      ${check('postCopy', 'Allow post-copy', 'It may be told to go on there before its memory is.')}
      ${check('autoConverge', 'Slow a busy guest down', 'When it outruns the copy of its memory.')}
      ${check('tls', 'Encrypt', 'Memory and disks, with the hosts’ certificates.')}
    </fieldset>
    <details>
      <summary>More options</summary>
      <div class="pair">
        ${option('timeoutSeconds', 'Time limit', 'seconds', '#/options/timeout/seconds')}
        ${choice('timeoutAction', 'When it is over', '#/options/timeout/action', {
          CANCEL: 'Cancel', SUSPEND: 'Pause the guest', POST_COPY: 'Switch to post-copy'})}
      </div>
      <div class="pair">
        ${option('parallelConnections', 'Connections', 'for the memory')}
        ${choice('sourceVolumes', 'Source’s images', '#/options/sourceVolumes', {
          KEEP: 'Keep', DELETE: 'Delete after success'})}
        ${choice('overwrite', 'Write over', '#/options/overwrite', {
          OWN: 'Empty images and its own', ANY: 'Any image', NEVER: 'Nothing'})}
      </div>
      ${field({id: 'priority', label: 'Priority', hint: '0 to 9, the highest first; 5 when empty',
        error: blame('#/priority'), control: text({
          name: 'priority',
          value: wish.priority,
          numeric: true,
          onInput: value => change(() => {
            wish.priority = value;
          }),
        })})}
    </details>`;

  const choice = (name, label, pointer, values) => field({
    id: name,
    label,
    error: blame(pointer),
    control: select({
      name,
      value: options[name],
      options: Object.entries(values).map(([value, label]) => ({value, label})),
      onChange: value => change(() => {
        options[name] = value;
      }),
    }),
  });

  const planned = () => html`
    <section class="plan ${plan ? '' : 'empty'}" aria-labelledby="plan">
      <h2 id="plan" tabindex="-1">Plan</h2>
      ${plan ? planOf(plan) : html`<p class="quiet">What it would do, disk by disk, and what is in its way. Nothing is changed by it.</p>`}
    </section>`;

  const planOf = found => html`
    <p class="verdict ${found.possible ? 'good' : 'bad'}">${found.possible ? summary(found) : 'Not like that.'}</p>
    ${found.problems.map(({title, detail}) =>
        html`<div class="note bad" role="alert"><p><strong>${title}</strong></p><p>${detail}</p></div>`)}
    ${found.possible ? html`<div class="buttons"><button class="primary" @click=${start}>Start</button></div>` : nothing}
    <h3>Disks</h3>
    <ul class="planned">${found.disks.map(({target, action, reason, volume, bytesToCopy, destinationImage}) => html`
      <li><strong>${target}</strong> ${words(action)} ${volume
        ? html`<span class="quiet">${bytes(bytesToCopy)}; ${words(volume.action)} ${volume.path}</span>`
        : html`<span class="quiet">${reason}</span>`}${destinationImage && destinationImage !== 'ABSENT'
        ? html`<span class="quiet"> (there: ${words(destinationImage)})</span>` : nothing}</li>`)}
    </ul>
    <h3>Checks</h3>
    <ul class="checks">${found.checks.map(({subject, outcome, detail}) => html`
      <li class=${outcome.toLowerCase()}><span class="sign" aria-hidden="true">${SIGNS[outcome]}</span>
        <span><strong>${words(subject)}</strong> <span class="unseen">${words(outcome)}: </span>${detail}</span></li>`)}
    </ul>
    ${found.virsh ? html`<h3 id="virsh">The same with virsh</h3>
      <pre tabindex="0" aria-labelledby="virsh">${found.virsh}</pre>` : nothing}`;

  readHosts();
  return {title: 'Start a migration', template, close: () => leaving.abort()};
}

function summary({bytesToCopy, memoryBytes, estimateSeconds}) {
  const what = bytesToCopy > 0
    ? `Copies ${bytes(bytesToCopy)} of disks and ${bytes(memoryBytes)} of memory`
    : `Copies ${bytes(memoryBytes)} of memory and no disk`;
  return estimateSeconds == null
    ? `${what}.`
    : `${what}, in ${duration(estimateSeconds)} at least.`;
}
