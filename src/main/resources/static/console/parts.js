/** Pieces of the page that several views show. */

import {html, nothing, svg} from '../webjars/lit-html/lit-html.js';
import {live} from '../webjars/lit-html/directives/live.js';
import {bytes, duration, rate, standing, time, whereabouts} from './format.js';
import {throughput} from './store.js';

export const moment = instant => html`<time datetime=${instant}>${time(instant)}</time>`;

/** From where to where, how far, and on which side the guest is. */
export function crossing(migration) {
  const {source, destination, domainLocation: at, progress, domain} = migration;
  return html`
    <div class="crossing">
      ${shore(source, at === 'SOURCE' || at === 'BOTH')}
      <progress class="way" max="100" .value=${progress.percent}
          aria-label="${domain.name}, all of it">${progress.percent} %</progress>
      ${shore(destination, at === 'DESTINATION' || at === 'BOTH')}
    </div>`;
}

const shore = (host, here) => html`
  <span class="shore ${here ? 'here' : ''}">${host}${here
    ? html`<span class="unseen"> (the guest is here)</span>` : nothing}</span>`;

export const badge = migration => html`
  <span class="badge ${migration.state.toLowerCase()}">${standing(migration)}</span>`;

export function pace({state, progress}) {
  if (state !== 'MIGRATING') {
    return nothing;
  }
  return html`
    <span>${rate(progress.bytesPerSecond)}</span>
    <span>${progress.etaSeconds == null ? 'end not foreseeable' : `${duration(progress.etaSeconds)} left`}</span>`;
}

export const place = migration => html`<span>guest ${whereabouts(migration)}</span>`;

/** A bar for each disk, one for the memory. */
export function bars({disks, progress, domain}) {
  const {memory, verification} = progress;
  return html`
    <div class="bars" role="group" aria-label="Streams of ${domain.name}">
      ${verification
        ? bar('backing', verification, 'compared')
        : nothing}
      ${disks.map(disk => bar(disk.target, disk, disk.state === 'READY' ? 'copied, kept in step' : ''))}
      ${bar('memory', memory, memory.iteration > 1
        ? `pass ${memory.iteration}, ${rate(memory.dirtyBytesPerSecond)} dirtied` : '')}
    </div>`;
}

const bar = (name, {bytesDone, bytesTotal}, remark) => html`
  <div class="bar">
    <span class="name">${name}</span>
    <progress max=${Math.max(1, bytesTotal)} .value=${Math.min(bytesDone, Math.max(1, bytesTotal))}
        aria-label=${name}></progress>
    <span class="amount">${bytes(bytesDone)} <span class="quiet">of ${bytes(bytesTotal)}</span></span>
    <span class="remark">${remark}</span>
  </div>`;

/** Throughput since the page is open, at most three minutes of it. */
export function plot({id, domain}) {
  const samples = throughput(id);
  if (samples.length < 2) {
    return html`<div class="plot empty"></div>`;
  }
  const [from, to] = [samples[0][0], samples.at(-1)[0]];
  const top = Math.max(...samples.map(([, value]) => value), 1);
  const line = samples
      .map(([at, value]) => [300 * (at - from) / (to - from), 46 - 43 * value / top])
      .map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`)
      .join(' ');
  const span = duration((to - from) / 1000);
  return html`
    <figure class="plot">
      <svg viewBox="0 0 300 48" preserveAspectRatio="none" role="img"
          aria-label="Throughput of ${domain.name} in the last ${span}: at most ${rate(top)}">
        ${svg`<polygon points="0,48 ${line} 300,48"/><polyline points=${line}/>`}
      </svg>
      <figcaption><span>peak ${rate(top)}</span><span>last ${span}</span></figcaption>
    </figure>`;
}

export const stall = ({progress: {stalled}}) => stalled
    ? html`<p class="note warn"><strong>Stalled</strong> since ${moment(stalled.since)}. ${stalled.detail}</p>`
    : nothing;

export const trouble = ({attention}) => attention
    ? html`
      <div class="note bad">
        <p><strong>${attention.reason}</strong></p>
        <p>${attention.advice}</p>
        <p class="quiet">Since ${moment(attention.since)}</p>
      </div>`
    : nothing;

/** A refusal in words; what belongs to a field is shown there too. */
export const refusal = problem => problem
    ? html`<div class="note bad" role="alert"><p><strong>${problem.title}</strong></p><p>${problem.message}</p></div>`
    : nothing;

/** A labelled input and what is wrong with it. */
export function field({id, label, hint, error, control}) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return html`
    <div class="field ${error ? 'wrong' : ''}">
      <label for=${id}>${label}</label>
      ${control({id, described, invalid: error ? 'true' : 'false'})}
      ${hint ? html`<span class="hint" id="${id}-hint">${hint}</span>` : nothing}
      ${error ? html`<span class="error" id="${id}-error">${error}</span>` : nothing}
    </div>`;
}

export const text = ({name, value = '', numeric = false, onInput}) => ({id, described, invalid}) => html`
  <input id=${id} name=${name} .value=${value} autocomplete="off" spellcheck="false"
      inputmode=${numeric ? 'numeric' : 'text'} aria-describedby=${described || nothing} aria-invalid=${invalid}
      @input=${event => onInput?.(event.target.value)}>`;

export const select = ({name, value = '', options, onChange}) => ({id, described, invalid}) => html`
  <select id=${id} name=${name} aria-describedby=${described || nothing} aria-invalid=${invalid}
      @change=${event => onChange?.(event.target.value)}>
    ${options.map(option => html`
      <option value=${option.value} .selected=${live(option.value === value)}
          ?disabled=${option.disabled ?? false}>${option.label}</option>`)}
  </select>`;

/** What a problem says of a field; without the pointer, which stands beside it anyway. */
export function errorAt(problem, pointer) {
  const detail = problem?.errors?.find(error => error.pointer === pointer)?.detail;
  return detail?.replace(`${pointer} `, '');
}

/** The field that a problem is about first gets the focus. */
export function focusFirstWrong(within) {
  within.querySelector('[aria-invalid="true"]')?.focus();
}
