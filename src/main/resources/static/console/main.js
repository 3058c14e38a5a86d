/** The frame of the page: who is signed in, and which view is shown. */

import {html, nothing, render} from '../webjars/lit-html/lit-html.js';
import {get, signIn, signOut, signedIn} from './api.js';
import * as detail from './detail.js';
import * as list from './list.js';
import {field, refusal} from './parts.js';
import * as start from './start.js';

const top = document.getElementById('top');
const main = document.getElementById('main');

let caller = null;
let view = null;
let drawing = null;

/** Draws once, however much is told meanwhile; settled when it is drawn. */
function redraw() {
  drawing ??= Promise.resolve().then(() => {
    drawing = null;
    render(view?.template() ?? nothing, main);
  });
  return drawing;
}

function frame() {
  render(html`
    <a class="mark" href="#/"><img src="console/icon.svg" alt="" width="24" height="24">virt-ferry</a>
    <nav aria-label="Pages"><a href="swagger-ui.html">API</a></nav>
    ${caller
      ? html`<span class="who">${caller.name} <span class="quiet">${caller.role.toLowerCase()}</span></span>
          <button @click=${() => leave(null)}>Sign out</button>`
      : nothing}`, top);
}

/** Whether that was a token that is not good any more, after which nothing else can be shown. */
function onRefused(problem) {
  if (problem.status === 401) {
    leave(problem);
  }
  return problem.status === 401;
}

function leave(problem) {
  signOut();
  caller = null;
  askForToken(problem);
}

function askForToken(problem) {
  enter(signInView(problem)).then(() => document.getElementById('token').focus());
}

function enter(next) {
  view?.close();
  view = next;
  document.title = `${view.title} · virt-ferry`;
  frame();
  return redraw();
}

function route() {
  const [, name, id] = /^#\/(\w*)\/?([\w-]*)$/.exec(location.hash || '#/') ?? [];
  if (!caller || name === undefined) {
    return;
  }
  const context = {caller, redraw, onRefused, id};
  const open = {migrations: detail.open, start: start.open}[name] ?? list.open;
  const first = view === null || view.first;
  enter(open(context));
  if (!first) {
    window.scrollTo(0, 0);
    redraw().then(() => main.querySelector('h1')?.focus());
  }
}

/** @param problem why the last token did not do; null at first */
function signInView(problem) {
  let busy = false;
  const submit = async event => {
    event.preventDefault();
    if (busy) {
      return;
    }
    busy = true;
    signIn(event.target.elements.token.value.trim());
    try {
      await identify();
    } catch (e) {
      signOut();
      problem = e;
      busy = false;
      await redraw();
      document.getElementById('token').focus();
    }
  };
  return {
    title: 'Sign in',
    first: true,
    close: () => {},
    template: () => html`
      <form class="sign-in" novalidate @submit=${submit}>
        <h1>Sign in</h1>
        ${field({
          id: 'token',
          label: 'Token',
          hint: 'Kept in this tab until it is closed. Where none was configured, it is in data/admin-token of the service.',
          error: problem?.status === 401 ? 'It is not valid here.' : undefined,
          control: ({id, described, invalid}) => html`
            <input id=${id} name="token" type="password" autocomplete="off"
                aria-describedby=${described} aria-invalid=${invalid}>`,
        })}
        ${refusal(problem)}
        <div class="buttons"><button class="primary">Sign in</button></div>
      </form>`,
  };
}

async function identify() {
  caller = await get('v1/caller');
  route();
}

window.addEventListener('hashchange', route);
frame();
if (signedIn()) {
  identify().catch(leave);
} else {
  askForToken(null);
}
