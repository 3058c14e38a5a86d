/** One migration with all that is known of it, told by its events. */

import {html, nothing} from '../webjars/lit-html/lit-html.js';
import {actions} from './actions.js';
import {get, watch} from './api.js';
import {STATES, between, bytes, duration, millis, phaseName, rate, words} from './format.js';
import {badge, bars, crossing, moment, pace, place, plot, refusal, stall, trouble} from './parts.js';
import {known, learn} from './store.js';

export function open({id, caller, redraw, onRefused}) {
  const leaving = new AbortController();
  let migration = known(id);
  let history = [];
  let told = 0;
  let lost = false;
  let problem = null;

  function refused(e) {
    if (e.name !== 'AbortError' && !onRefused(e)) {
      problem = e;
    }
    redraw();
  }

  async function readHistory() {
    try {
      history = (await get(`v1/migrations/${id}/history`, leaving.signal)).items;
      redraw();
    } catch (e) {
      refused(e);
    }
  }

  function changed(now) {
    migration = learn(now);
    lost = false;
    if (migration.version !== told) {
      told = migration.version;
      readHistory();
    }
    redraw();
  }

  function template() {
    if (!migration) {
      return html`<h1 tabindex="-1">Migration</h1>${refusal(problem)}`;
    }
    const {domain, endedAt, progress} = migration;
    return html`
      <p class="back"><a href="#/">All migrations</a></p>
      ${refusal(problem)}
      ${lost ? html`<p class="note warn">The connection was lost; trying again.</p>` : nothing}
      <article class="detail ${migration.attention ? 'troubled' : ''}">
        <div class="title">
          <h1 tabindex="-1">${domain.name}</h1>
          <span class="percent">${progress.percent} %</span>
        </div>
        ${crossing(migration)}
        <div class="facts">${badge(migration)} ${place(migration)} ${pace(migration)}</div>
        ${trouble(migration)} ${stall(migration)} ${failure(migration)}
        <div class="streams">${bars(migration)} ${endedAt ? nothing : plot(migration)}</div>
        <div class="buttons">${actions(migration, caller, changed)}</div>
      </article>
      <div class="columns">
        <section aria-labelledby="facts"><h2 id="facts">Facts</h2>${facts(migration)}</section>
        <section aria-labelledby="history"><h2 id="history">History</h2>${historyOf(history)}</section>
      </div>
      ${volumes(migration)}
      <section aria-labelledby="libvirt">
        <h2 id="libvirt">What libvirt is given</h2>
        <pre tabindex="0" aria-labelledby="libvirt">${call(migration)}</pre>
      </section>`;
  }

  watch(id, {
    signal: leaving.signal,
    onChange: changed,
    onLost: () => {
      lost = true;
      redraw();
    },
  }).catch(refused);
  return {
    title: migration?.domain.name ?? 'Migration',
    template,
    close: () => leaving.abort(),
  };
}

function failure({error}) {
  return error
    ? html`
      <div class="note bad">
        <p><strong>${error.title}</strong></p>
        <p>${error.detail}</p>
        ${error.libvirt ? html`<p class="quiet">libvirt: ${error.libvirt.message}</p>` : nothing}
      </div>`
    : nothing;
}

function facts(migration) {
  const {progress, startedAt, endedAt, phases, options, tuning} = migration;
  const rows = [
    ['Started', startedAt && moment(startedAt)],
    ['Ended', endedAt && moment(endedAt)],
    ['Took', startedAt && endedAt && duration(between(startedAt, endedAt))],
    ['Over the wire', bytes(progress.bytesMoved)],
    ['On average', progress.averageBytesPerSecond > 0 && rate(progress.averageBytesPerSecond)],
    ['Pause foreseen', progress.expectedDowntimeMillis != null && !endedAt
        && millis(progress.expectedDowntimeMillis)],
    ['Pause', progress.downtimeMillis != null && millis(progress.downtimeMillis)],
    ...phases.map(({phase, startedAt: from, endedAt: to}) =>
        [`Phase: ${phaseName(phase)}`, to ? duration(between(from, to)) : html`since ${moment(from)}`]),
    ...Object.entries(options)
        .filter(([, value]) => value !== null && value !== false)
        .map(([name, value]) => [words(name), typeof value === 'object' ? JSON.stringify(value) : `${value}`]),
    ['Bandwidth reaches', tuning && tuning.detail],
    ['Priority', migration.priority],
    ['Domain', migration.domain.uuid],
    ['Migration', migration.id],
  ];
  return html`<dl>${rows.filter(([, value]) => value || value === 0).map(([name, value]) =>
      html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

const historyOf = items => html`
  <ol class="history">${items.map(({at, to, cause}) => html`
    <li>${moment(at)} <strong>${STATES[to]}</strong> <span class="quiet">${cause}</span></li>`)}
  </ol>`;

const volumes = ({cleanup}) => cleanup.length === 0
  ? nothing
  : html`
    <section aria-labelledby="volumes">
      <h2 id="volumes">Volumes</h2>
      <table>
        <thead><tr><th>Volume</th><th>Host</th><th>Disk</th><th>State</th></tr></thead>
        <tbody>${cleanup.map(({volume, host, target, state, reason}) => html`
          <tr><th scope="row">${volume}</th><td data-name="Host">${host}</td><td data-name="Disk">${target}</td>
            <td data-name="State">${words(state)} <span class="why">${reason}</span></td></tr>`)}
        </tbody>
      </table>
    </section>`;

const call = ({destUri, flags, parameters}) => [
  destUri,
  flags.join(' '),
  ...parameters.map(({name, type, value}) => `${name} (${type}) = ${value}`),
].join('\n');
