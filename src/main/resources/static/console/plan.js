/** The plan that answers a wish: what it would do, disk by disk, and what is in its way. */

import {html, nothing} from '../webjars/lit-html/lit-html.js';
import {bytes, duration, words} from './format.js';

const SIGNS = {PASSED: '✓', FAILED: '✗', UNKNOWN: '?'};

/** @param found the plan of the service; null as long as there is none */
export const plan = (found, onStart) => html`
  <section class="plan ${found ? '' : 'empty'}" aria-labelledby="plan">
    <h2 id="plan" tabindex="-1">Plan</h2>
    ${found ? answer(found, onStart) : html`<p class="quiet">What it would do, disk by disk, and what is in its way. Nothing is changed by it.</p>`}
  </section>`;

const answer = (found, onStart) => html`
  <p class="verdict ${found.possible ? 'good' : 'bad'}">${found.possible ? summary(found) : 'Not like that.'}</p>
  ${found.problems.map(({title, detail}) =>
      html`<div class="note bad" role="alert"><p><strong>${title}</strong></p><p>${detail}</p></div>`)}
  ${found.possible ? html`<div class="buttons"><button class="primary" @click=${onStart}>Start</button></div>` : nothing}
  <h3>Disks</h3>
  <ul class="planned">${found.disks.map(disk)}
  </ul>
  <h3>Checks</h3>
  <ul class="checks">${found.checks.map(check)}
  </ul>
  ${found.virsh ? html`<h3 id="virsh">The same with virsh</h3>
    <pre tabindex="0" aria-labelledby="virsh">${found.virsh}</pre>` : nothing}`;

const disk = ({target, action, reason, volume, bytesToCopy, destinationImage}) => html`
  <li><strong>${target}</strong> ${words(action)} ${volume
    ? html`<span class="quiet">${bytes(bytesToCopy)}; ${words(volume.action)} ${volume.path}</span>`
    : html`<span class="quiet">${reason}</span>`}${destinationImage && destinationImage !== 'ABSENT'
    ? html`<span class="quiet"> (there: ${words(destinationImage)})</span>` : nothing}</li>`;

const check = ({subject, outcome, detail}) => html`
  <li class=${outcome.toLowerCase()}><span class="sign" aria-hidden="true">${SIGNS[outcome]}</span>
    <span><strong>${words(subject)}</strong> <span class="unseen">${words(outcome)}: </span>${detail}</span></li>`;

function summary({bytesToCopy, memoryBytes, estimateSeconds}) {
  const what = bytesToCopy > 0
    ? `Copies ${bytes(bytesToCopy)} of disks and ${bytes(memoryBytes)} of memory`
    : `Copies ${bytes(memoryBytes)} of memory and no disk`;
  return estimateSeconds == null
    ? `${what}.`
    : `${what}, in ${duration(estimateSeconds)} at least.`;
}
