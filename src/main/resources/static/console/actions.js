/** What a caller can do with a migration, each with a question before it. */

import {html, nothing, render} from '../webjars/lit-html/lit-html.js';
import {patch, post} from './api.js';
import {numeric} from './format.js';
import {errorAt, field, focusFirstWrong, refusal, select, text} from './parts.js';

export const mayOperate = caller => caller.role !== 'VIEWER';
const mayResolve = caller => caller.role === 'ADMIN';

/** The same rule as the service's: until the switchover. */
const steerable = ({state, phase}) =>
    state === 'QUEUED' || state === 'PREPARING'
    || ((state === 'MIGRATING' || state === 'RECOVERING')
        && (phase === null || phase === 'STORAGE' || phase === 'MEMORY'));

const inTrouble = ({state}) => state === 'RECOVERING' || state === 'NEEDS_ATTENTION';

/**
 * The buttons that make sense now.
 *
 * @param onChange given the migration as the service then shows it
 */
export function actions(migration, caller, onChange) {
  if (migration.endedAt || !mayOperate(caller)) {
    return nothing;
  }
  const steer = steerable(migration) && !migration.cancelRequested;
  const resume = inTrouble(migration) && migration.phase === 'POST_COPY';
  const button = (label, ask, tone = '') => html`
    <button class=${tone} @click=${() => ask(migration, onChange)}
        aria-label="${label} ${migration.domain.name}">${label}</button>`;
  return html`
    ${steer ? button('Retune', retune) : nothing}
    ${steer ? button('Complete', complete) : nothing}
    ${steer ? button('Cancel', cancel, 'danger') : nothing}
    ${resume ? button('Resume post-copy', resumePostCopy) : nothing}
    ${inTrouble(migration) && mayResolve(caller) ? button('Resolve', resolve, 'danger') : nothing}`;
}

function retune({id, domain, options}, onChange) {
  const given = {
    bandwidthMiBps: String(options.bandwidthMiBps ?? ''),
    maxDowntimeMillis: String(options.maxDowntimeMillis ?? ''),
  };
  const limit = (name, label, hint, problem) => field({
    id: `retune-${name}`,
    label,
    hint,
    error: errorAt(problem, `#/options/${name}`),
    control: text({
      name,
      value: given[name],
      numeric: true,
      onInput: value => {
        given[name] = value;
      },
    }),
  });
  question({
    title: `Retune ${domain.name}`,
    lead: 'A running job is told at once. What is left empty stays as it is.',
    fields: problem => html`
      ${limit('bandwidthMiBps', 'Bandwidth', 'MiB/s for each stream', problem)}
      ${limit('maxDowntimeMillis', 'Longest pause', 'ms to aim for at the switchover', problem)}`,
    verb: 'Retune',
    run: () => patch(`v1/migrations/${id}`, {
      options: Object.fromEntries(
          Object.entries(given).map(([name, value]) => [name, numeric(value)])),
    }),
    onChange,
  });
}

function complete({id, domain, options}, onChange) {
  const given = {by: options.postCopy ? 'POST_COPY' : 'SUSPEND'};
  question({
    title: `Complete ${domain.name}`,
    lead: 'For a guest that changes its memory faster than it is copied.',
    fields: problem => field({
      id: 'complete-by',
      label: 'How',
      hint: options.postCopy ? 'After a switch to post-copy there is no cancel.' : '',
      error: errorAt(problem, '#/by'),
      control: select({
        name: 'by',
        value: given.by,
        options: [
          {value: 'SUSPEND', label: 'Pause the guest until it is across'},
          ...(options.postCopy
            ? [{value: 'POST_COPY', label: 'Go on at the destination, fetch the rest (post-copy)'}]
            : []),
        ],
        onChange: value => {
          given.by = value;
        },
      }),
    }),
    verb: 'Complete',
    run: () => post(`v1/migrations/${id}/complete`, given),
    onChange,
  });
}

function cancel({id, domain, source}, onChange) {
  question({
    title: `Cancel ${domain.name}?`,
    lead: `The guest stays on ${source}, and what was copied so far is dropped.`,
    verb: 'Cancel the migration',
    leave: 'Let it go on',
    tone: 'danger',
    run: () => post(`v1/migrations/${id}/cancel`),
    onChange,
  });
}

function resumePostCopy({id, domain}, onChange) {
  question({
    title: `Resume post-copy of ${domain.name}?`,
    lead: 'It is tried until QEMU takes it; the link between the hosts has to be back.',
    verb: 'Resume',
    run: () => post(`v1/migrations/${id}/resume-post-copy`),
    onChange,
  });
}

function resolve({id, domain}, onChange) {
  const given = {reason: ''};
  question({
    title: `Resolve ${domain.name}`,
    lead: 'Ends the migration as failed, by your word. No host is touched: look at both first.',
    fields: problem => field({
      id: 'resolve-reason',
      label: 'What you saw and did',
      hint: 'Kept in the history',
      error: errorAt(problem, '#/reason'),
      control: text({
        name: 'reason',
        value: given.reason,
        onInput: value => {
          given.reason = value;
        },
      }),
    }),
    verb: 'End it',
    tone: 'danger',
    run: () => post(`v1/migrations/${id}/resolve`, given),
    onChange,
  });
}

/** The dialog closes by Escape and gives the focus back by itself. */
function question({title, lead, fields = () => nothing, verb, leave = 'Back', tone = 'primary', run, onChange}) {
  const dialog = document.getElementById('dialog');
  let problem = null;
  let busy = false;
  const submit = async event => {
    event.preventDefault();
    if (busy) {
      return;
    }
    busy = true;
    try {
      const migration = await run();
      dialog.close();
      onChange(migration);
    } catch (e) {
      problem = e;
      busy = false;
      draw();
      focusFirstWrong(dialog);
    }
  };
  const draw = () => render(html`
    <form novalidate @submit=${submit}>
      <h2 id="dialog-title">${title}</h2>
      <p>${lead}</p>
      ${fields(problem)}
      ${refusal(problem)}
      <div class="buttons">
        <button type="button" @click=${() => dialog.close()}>${leave}</button>
        <button class=${tone}>${verb}</button>
      </div>
    </form>`, dialog);
  dialog.addEventListener('close', () => render(nothing, dialog), {once: true});
  draw();
  dialog.showModal();
}
