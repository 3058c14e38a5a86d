/** The form that edits a wish; what is wrong with a field stands at it. */

import {html, nothing} from '../webjars/lit-html/lit-html.js';
import {bytes, words} from './format.js';
import {field, refusal, select, text} from './parts.js';

const CHOOSE = {value: '', label: 'Choose…'};
const COPIES = {FULL: 'Everything', INCREMENTAL: 'The own layer only'};
const TIMEOUT_ACTIONS = {CANCEL: 'Cancel', SUSPEND: 'Pause the guest', POST_COPY: 'Switch to post-copy'};
const SOURCE_VOLUMES = {KEEP: 'Keep', DELETE: 'Delete after success'};
const OVERWRITE = {OWN: 'Empty images and its own', ANY: 'Any image', NEVER: 'Nothing'};

/**
 * @param draft the wish, the hosts and domains to choose from, what is wrong at a pointer (blame),
 *     and what to call with a change of the wish (change) and with another source (leave)
 * @param problem why the service refused it; null when it did not
 * @param planned whether there is a plan that can be carried out
 */
export const form = (draft, {problem, planned, onSubmit}) => html`
  <form novalidate @submit=${onSubmit}>
    ${route(draft)} ${disks(draft)} ${options(draft)} ${moreOptions(draft)}
    <div class="buttons"><button class=${planned ? '' : 'primary'}>Show the plan</button></div>
    ${refusal(problem)}
  </form>`;

const route = ({wish, hosts, domains, blame, change, leave}) => html`
  <fieldset>
    <legend>Guest</legend>
    ${field({id: 'source', label: 'From', error: blame('#/source'), control: select({
      name: 'source',
      value: wish.source,
      options: [CHOOSE, ...hosts.map(named('name'))],
      onChange: leave,
    })})}
    ${field({id: 'domain', label: 'Domain', error: blame('#/domain'), control: select({
      name: 'domain',
      value: wish.domain,
      options: [CHOOSE, ...domains.map(guest)],
      onChange: value => change(() => wish.move(value, domains)),
    })})}
    ${field({id: 'destUri', label: 'To', error: blame('#/destUri'), control: select({
      name: 'destUri',
      value: wish.destUri,
      options: [CHOOSE, ...hosts.filter(({name}) => name !== wish.source).map(named('destUri'))],
      onChange: value => change(() => {
        wish.destUri = value;
      }),
    })})}
  </fieldset>`;

const named = value => host => ({
  value: host[value],
  label: host.reachable ? host.name : `${host.name} (does not answer)`,
  disabled: !host.reachable,
});

const guest = ({uuid, name, state}) =>
    ({value: uuid, label: state === 'RUNNING' ? name : `${name} (${words(state)})`});

function disks(draft) {
  const {wish, domains, blame} = draft;
  const domain = wish.among(domains);
  return domain
    ? html`
      <fieldset>
        <legend>Disks to copy</legend>
        ${domain.disks.map(one => disk(draft, one))}
        ${blame('#/disks') ? html`<span class="error">${blame('#/disks')}</span>` : nothing}
        ${wish.disks.size === 0 ? nothing : copy(draft)}
      </fieldset>`
    : nothing;
}

function disk({wish, blame, change}, {target, copyable, reason, capacityBytes, source}) {
  const at = [...wish.disks].indexOf(target);
  const error = at < 0 ? undefined : blame(`#/disks/${at}`);
  return html`
    <div class="field check ${error ? 'wrong' : ''}">
      <input type="checkbox" id="disk-${target}" name="disks" value=${target}
          .checked=${wish.disks.has(target)} ?disabled=${!copyable}
          aria-describedby="disk-${target}-hint" aria-invalid=${error ? 'true' : 'false'}
          @change=${event => change(() => wish.copyDisk(target, event.target.checked))}>
      <label for="disk-${target}">${target} <span class="quiet">${bytes(capacityBytes)}</span></label>
      <span class="hint" id="disk-${target}-hint">${copyable ? source : reason}
        ${error ? html`<span class="error">${error}</span>` : nothing}</span>
    </div>`;
}

const copy = ({wish, blame, change}) => field({
  id: 'copy',
  label: 'Copy',
  error: blame('#/copy'),
  control: select({
    name: 'copy',
    value: wish.copy,
    options: choices(COPIES),
    onChange: value => change(() => {
      wish.copy = value;
    }),
  }),
});

const options = draft => html`
  <fieldset>
    <legend>Options</legend>
    <div class="pair">
      ${number(draft, 'bandwidthMiBps', 'Bandwidth', 'MiB/s for each stream')}
      ${number(draft, 'maxDowntimeMillis', 'Longest pause', 'ms to aim for')}
    </div>
    ${check(draft, 'guardedSwitchover', 'Guarded switchover', 'It runs on only when the source has let go of it.')}
    ${check(draft, 'postCopy', 'Allow post-copy', 'It may be told to go on there before its memory is.')}
    ${check(draft, 'autoConverge', 'Slow a busy guest down', 'When it outruns the copy of its memory.')}
    ${check(draft, 'tls', 'Encrypt', 'Memory and disks, with the hosts’ certificates.')}
  </fieldset>`;

const moreOptions = draft => html`
  <details>
    <summary>More options</summary>
    <div class="pair">
      ${number(draft, 'timeoutSeconds', 'Time limit', 'seconds', '#/options/timeout/seconds')}
      ${choice(draft, 'timeoutAction', 'When it is over', TIMEOUT_ACTIONS, '#/options/timeout/action')}
    </div>
    <div class="pair">
      ${number(draft, 'parallelConnections', 'Connections', 'for the memory')}
      ${choice(draft, 'sourceVolumes', 'Source’s images', SOURCE_VOLUMES)}
      ${choice(draft, 'overwrite', 'Write over', OVERWRITE)}
    </div>
    ${priority(draft)}
  </details>`;

const priority = ({wish, blame, change}) => field({
  id: 'priority',
  label: 'Priority',
  hint: '0 to 9, the highest first; 5 when empty',
  error: blame('#/priority'),
  control: text({
    name: 'priority',
    value: wish.priority,
    numeric: true,
    onInput: value => change(() => {
      wish.priority = value;
    }),
  }),
});

const number = ({wish, blame, change}, name, label, hint, pointer = `#/options/${name}`) => field({
  id: name,
  label,
  hint,
  error: blame(pointer),
  control: text({
    name,
    value: wish.options[name],
    numeric: true,
    onInput: value => change(() => {
      wish.options[name] = value;
    }),
  }),
});

const choice = ({wish, blame, change}, name, label, values, pointer = `#/options/${name}`) => field({
  id: name,
  label,
  error: blame(pointer),
  control: select({
    name,
    value: wish.options[name],
    options: choices(values),
    onChange: value => change(() => {
      wish.options[name] = value;
    }),
  }),
});

const choices = values => Object.entries(values).map(([value, label]) => ({value, label}));

function check({wish, blame, change}, name, label, hint) {
  const error = blame(`#/options/${name}`);
  return html`
    <div class="field check ${error ? 'wrong' : ''}">
      <input type="checkbox" id=${name} name=${name} .checked=${wish.options[name]}
          aria-describedby="${name}-hint" aria-invalid=${error ? 'true' : 'false'}
          @change=${event => change(() => {
            wish.options[name] = event.target.checked;
          })}>
      <label for=${name}>${label}</label>
      <span class="hint" id="${name}-hint">${hint}${error ? html` <span class="error">${error}</span>` : nothing}</span>
    </div>`;
}
