/** All migrations: those under way with their bars, those that ended below. */

import {html, nothing} from '../webjars/lit-html/lit-html.js';
import {repeat} from '../webjars/lit-html/directives/repeat.js';
import {actions, mayOperate} from './actions.js';
import {get} from './api.js';
import {ENDED, STATES, UNDER_WAY, between, duration, millis} from './format.js';
import {badge, bars, crossing, field, moment, pace, place, plot, refusal, select, stall, text, trouble}
  from './parts.js';
import {known, learn} from './store.js';

/** A stream for each would need more connections than a browser opens to one host. */
const POLL_MILLIS = 2000;
const MOST = 200;
const PAGE = 20;

export function open({caller, redraw, onRefused}) {
  const leaving = new AbortController();
  const filter = {state: '', domain: ''};
  let underWay = null;
  let ended = null;
  /** Cursors of the pages up to the one that is shown; the first page has none. */
  let cursors = [''];
  let problem = null;
  let timer;

  async function poll() {
    clearTimeout(timer);
    if (!document.hidden) {
      await refresh();
    }
    if (!leaving.signal.aborted) {
      timer = setTimeout(poll, POLL_MILLIS);
    }
  }

  async function refresh() {
    try {
      const now = await migrations({state: UNDER_WAY, limit: MOST});
      const left = underWay?.filter(id => !now.items.some(migration => migration.id === id)) ?? [];
      underWay = now.items.map(learn).map(migration => migration.id);
      if (ended === null || (left.length > 0 && cursors.length === 1)) {
        await turnPage();
      }
      problem = null;
    } catch (e) {
      refused(e);
    }
    redraw();
  }

  async function turnPage() {
    ended = await migrations({
      state: filter.state ? [filter.state] : ENDED,
      domain: filter.domain,
      limit: PAGE,
      cursor: cursors.at(-1),
    });
    ended.items.forEach(learn);
  }

  function refused(e) {
    if (e.name !== 'AbortError' && !onRefused(e)) {
      problem = e;
    }
  }

  const migrations = query => get(`v1/migrations?${parameters(query)}`, leaving.signal);

  async function show(change) {
    change();
    await turnPage().catch(refused);
    redraw();
  }

  const filterBy = (name, value) => show(() => {
    filter[name] = value;
    cursors = [''];
  });

  function changed(migration) {
    learn(migration);
    poll();
  }

  const template = () => {
    const all = (underWay ?? []).map(known);
    const troubled = all.filter(migration => migration.attention);
    const calm = all.filter(migration => !migration.attention);
    return html`
      <h1 class="unseen" tabindex="-1">Migrations</h1>
      ${refusal(problem)}
      ${troubled.length
        ? html`<section aria-labelledby="troubled">
            <h2 id="troubled">Needs attention <span class="count">${troubled.length}</span></h2>
            ${cards(troubled)}
          </section>`
        : nothing}
      <section aria-labelledby="under-way">
        <div class="head">
          <h2 id="under-way">Under way <span class="count">${calm.length}</span></h2>
          ${mayOperate(caller) ? html`<a class="button primary" href="#/start">Start a migration</a>` : nothing}
        </div>
        ${underWay !== null && calm.length === 0
          ? html`<p class="empty-list">Nothing is on its way.</p>` : cards(calm)}
      </section>
      <section aria-labelledby="ended">
        <div class="head">
          <h2 id="ended">Ended</h2>
          <form class="filters" @submit=${event => event.preventDefault()}>
            ${field({id: 'filter-domain', label: 'Domain', control: attributes => html`
              <span @change=${event => filterBy('domain', event.target.value.trim())}>
                ${text({name: 'domain', value: filter.domain})(attributes)}</span>`})}
            ${field({id: 'filter-state', label: 'End', control: select({
              name: 'state',
              value: filter.state,
              options: [{value: '', label: 'Any'}, ...ENDED.map(value => ({value, label: STATES[value]}))],
              onChange: value => filterBy('state', value),
            })})}
          </form>
        </div>
        ${ended === null ? nothing : table(ended.items)}
        ${pages()}
      </section>`;
  };

  const cards = migrations => repeat(migrations, ({id}) => id, migration => html`
    <article class="card ${migration.attention ? 'troubled' : ''}" aria-labelledby="name-${migration.id}">
      <div class="title">
        <h3 id="name-${migration.id}"><a href="#/migrations/${migration.id}">${migration.domain.name}</a></h3>
        <span class="percent">${migration.progress.percent} %</span>
      </div>
      ${crossing(migration)}
      <div class="facts">${badge(migration)} ${place(migration)} ${pace(migration)}</div>
      ${trouble(migration)} ${stall(migration)}
      <div class="streams">${bars(migration)} ${plot(migration)}</div>
      <div class="buttons">${actions(migration, caller, changed)}</div>
    </article>`);

  const pages = () => ended?.nextCursor || cursors.length > 1
    ? html`<div class="buttons pages">
        <button ?disabled=${cursors.length === 1}
            @click=${() => show(() => cursors.pop())}>Newer</button>
        <button ?disabled=${!ended.nextCursor}
            @click=${() => show(() => cursors.push(ended.nextCursor))}>Older</button>
      </div>`
    : nothing;

  document.addEventListener('visibilitychange', poll, {signal: leaving.signal});
  poll();
  return {
    title: 'Migrations',
    template,
    close: () => {
      clearTimeout(timer);
      leaving.abort();
    },
  };
}

const table = migrations => migrations.length === 0
  ? html`<p class="empty-list">None.</p>`
  : html`
    <table>
      <thead><tr><th>Domain</th><th>From</th><th>To</th><th>End</th><th>When</th><th>Took</th><th>Pause</th></tr></thead>
      <tbody>${repeat(migrations, ({id}) => id, row)}</tbody>
    </table>`;

const row = ({id, domain, source, destination, state, createdAt, startedAt, endedAt, progress, error}) => html`
  <tr>
    <th scope="row"><a href="#/migrations/${id}">${domain.name}</a></th>
    <td data-name="From">${source}</td>
    <td data-name="To">${destination}</td>
    <td data-name="End"><span class="badge ${state.toLowerCase()}">${STATES[state]}</span>
      ${error ? html`<span class="why">${error.title}</span>` : nothing}</td>
    <td data-name="When">${moment(endedAt)}</td>
    <td data-name="Took">${duration(between(startedAt ?? createdAt, endedAt))}</td>
    <td data-name="Pause">${progress.downtimeMillis == null ? '–' : millis(progress.downtimeMillis)}</td>
  </tr>`;

function parameters(query) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) {
      if (one) {
        parameters.append(name, one);
      }
    }
  }
  return parameters;
}
