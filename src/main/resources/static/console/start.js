/** Starts a migration: what goes where, the plan of it, and only then the start. */

import {html} from '../webjars/lit-html/lit-html.js';
import {get, post} from './api.js';
import {form} from './form.js';
import {errorAt, focusFirstWrong} from './parts.js';
import {plan} from './plan.js';
import {learn} from './store.js';
import {Wish} from './wish.js';

export function open(context) {
  const start = new Start(context);
  start.readHosts();
  return start;
}

class Start {
  title = 'Start a migration';
  #redraw;
  #onRefused;
  #leaving = new AbortController();
  #wish = new Wish();
  #hosts = [];
  #domains = [];
  #plan = null;
  #problem = null;
  #busy = false;

  constructor({redraw, onRefused}) {
    this.#redraw = redraw;
    this.#onRefused = onRefused;
  }

  close() {
    this.#leaving.abort();
  }

  template() {
    return html`
      <p class="back"><a href="#/">All migrations</a></p>
      <h1 tabindex="-1">${this.title}</h1>
      <div class="start">
        ${form(this.#draft(), {
          problem: this.#problem,
          planned: this.#plan?.possible,
          onSubmit: event => this.#ask(event),
        })}
        ${plan(this.#plan, () => this.#start())}
      </div>`;
  }

  #draft() {
    return {
      wish: this.#wish,
      hosts: this.#hosts,
      domains: this.#domains,
      blame: pointer => this.#blame(pointer),
      change: what => this.#change(what),
      leave: source => this.#leave(source),
    };
  }

  #blame(pointer) {
    return errorAt(this.#problem, pointer)
        ?? this.#plan?.problems.map(found => errorAt(found, pointer)).find(Boolean);
  }

  #change(what) {
    this.#wish.change(what);
    this.#plan = null;
    this.#problem = null;
    this.#redraw();
  }

  #leave(source) {
    this.#domains = [];
    this.#change(wish => wish.leave(source, this.#hosts));
    this.#readDomains(source);
  }

  async readHosts() {
    try {
      this.#hosts = await this.#read('v1/hosts');
      this.#redraw();
    } catch (e) {
      this.#refused(e);
    }
  }

  async #readDomains(host) {
    try {
      const found = await this.#read(`v1/hosts/${encodeURIComponent(host)}/domains`);
      if (host === this.#wish.source) {
        this.#domains = found.filter(({state}) => state === 'RUNNING' || state === 'PAUSED');
        this.#redraw();
      }
    } catch (e) {
      this.#refused(e);
    }
  }

  async #read(path) {
    return (await get(path, this.#leaving.signal)).items;
  }

  #refused(e) {
    if (e.name !== 'AbortError' && !this.#onRefused(e)) {
      this.#problem = e;
    }
    this.#redraw();
  }

  async #ask(event) {
    event.preventDefault();
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    this.#problem = null;
    this.#redraw();
    await this.#readPlan();
    this.#busy = false;
    const main = await this.#focusFirstWrong();
    if (this.#plan?.possible) {
      main.querySelector('#plan')?.focus();
    }
  }

  /** It is about the wish as it was sent; what was changed meanwhile needs another. */
  async #readPlan() {
    const of = this.#wish.key;
    try {
      const found = await post('v1/migration-plans', this.#wish.request());
      this.#plan = of === this.#wish.key ? found : null;
    } catch (e) {
      this.#refused(e);
    }
  }

  async #start() {
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    try {
      const migration =
          await post('v1/migrations', this.#wish.request(), {'Idempotency-Key': this.#wish.key});
      learn(migration);
      location.hash = `#/migrations/${migration.id}`;
    } catch (e) {
      this.#plan = null;
      this.#refused(e);
    }
    this.#busy = false;
    await this.#focusFirstWrong();
  }

  /** Once it is drawn. */
  async #focusFirstWrong() {
    await this.#redraw();
    const main = document.getElementById('main');
    focusFirstWrong(main);
    return main;
  }
}
