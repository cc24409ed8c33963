// The resident page: ask once, show one household, forget it again.
// Nothing is stored on the phone and nothing personal enters the address, title or history.
// Runs from Chrome/WebView 66 and Safari 12.1 on, so no newer syntax.

import { render } from './answer.js';
import { $, $$, element, english, put, say, setEnglish, translate } from './words.js';

const REQUEST_LIMIT_MS = 20000;
const IDLE_LIMIT_MS = 600000;
const IDLE_WARNING_MS = 540000;
// Member of the request body, and the input it comes from.
const FIELDS = { lookup_code: 'code', id_last_six: 'last-six', assistant: 'assistant' };

const page = document.documentElement;
const inputs = Object.values(FIELDS).map($);
const fresh = () => ({ token: '', found: null, trouble: null, attempt: null, filing: null, busy: false, touched: Date.now() });
let state = fresh();

// ---- talking to the server ----
// A random UUID; crypto.randomUUID is missing on old phones.
function freshKey() {
  const bytes = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte + 256).toString(16).slice(1));
  return bytes.join('').replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-a$4-');
}

// Answers {status, wait, body}; status 0 when there is no connection, it takes too long, or a portal answers instead.
async function call(method, path, headers, body) {
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), REQUEST_LIMIT_MS);
  headers['Accept-Language'] = english ? 'en' : 'zh-CN';
  let refusal = 0;
  try {
    const answer = await fetch('/v1/resident/' + path, { method, headers, body, signal: stop.signal,
      cache: 'no-store', credentials: 'omit', redirect: 'error', keepalive: method === 'DELETE' });
    if (!answer.ok) refusal = answer.status; // counts even if a proxy's own page comes with it
    const wait = parseInt(answer.headers.get('Retry-After'), 10) || 60;
    return { status: answer.status, wait, body: JSON.parse(await answer.text() || '{}') };
  } catch (noAnswer) {
    return { status: refusal, wait: 60, body: {} };
  } finally {
    clearTimeout(limit);
  }
}
const bearer = (token) => ({ Authorization: 'Bearer ' + token });

// Nobody waits for the answer: without a connection the server ends the session by itself later.
function endSession() {
  if (state.token) call('DELETE', 'sessions/current', bearer(state.token));
  state.token = '';
}

// Runs one chain of requests; whatever comes back after the page was cleared is dropped.
async function during(work) {
  const mine = state;
  if (mine.busy) return;
  setBusy(true);
  showTrouble(null);
  let trouble;
  try {
    trouble = await work(mine);
  } finally {
    if (mine === state) setBusy(false);
  }
  if (trouble && mine === state) showTrouble(trouble, true);
}

async function ask(mine) {
  const body = question();
  const post = () => call('POST', 'sessions', { 'Content-Type': 'application/json', 'Idempotency-Key': mine.attempt.key }, body);
  // A repeated attempt keeps its key, so that a lost answer is not counted as a second lookup.
  if (!mine.attempt || mine.attempt.body !== body) mine.attempt = { body, key: freshKey() };
  let answer = await post();
  if (answer.status === 409) { // the answer was lost, and a token is never told twice: ask anew
    mine.attempt.key = freshKey();
    answer = await post();
  }
  if (mine !== state) return null;
  if (answer.status) mine.attempt = null;
  if (answer.status !== 201) return refused(answer);
  mine.token = answer.body.token;
  return load(mine);
}

async function load(mine) {
  const inEnglish = english;
  const answer = await call('GET', 'case', bearer(mine.token));
  if (mine !== state) return null;
  if (inEnglish !== english) return load(mine); // switched meanwhile
  if (answer.status === 200) return showAnswer(answer.body);
  if (answer.status !== 401) return refused(answer);
  forget();
  return showTrouble(ended, true);
}

// ---- a request about one's own data ----
function wish() {
  const field = $('wish').value;
  const value = $('proposed').value.trim();
  return JSON.stringify(field === 'export' ? { kind: 'export' } : { kind: 'correction', correction: { [field]: value } });
}

function toggleProposed() {
  const field = $('wish').value;
  $('proposed-field').hidden = field === 'export';
  put($('proposed-hint'), field === 'birth_on' ? say('hint.birth_on') : '');
  told('');
}

// Tells how the filing went; a mistake stands with the field it is of.
function told(name, values, mistake) {
  put($('proposed-wrong'), mistake ? say(name, values) : '');
  $('proposed').setAttribute('aria-invalid', String(Boolean(mistake)));
  put($('filed'), name && !mistake ? say(name, values) : '');
  if (mistake) $('proposed').focus();
}

async function file(event) {
  event.preventDefault();
  const mine = state;
  if (mine.sending || !mine.token) return;
  if ($('wish').value !== 'export' && !$('proposed').value.trim()) { told('proposed_missing', {}, true); return; }
  const body = wish();
  // A repeated filing keeps its key, so that a lost answer makes no second request.
  if (!mine.filing || mine.filing.body !== body) mine.filing = { body, key: freshKey() };
  mine.sending = true;
  told('filing');
  const headers = Object.assign({ 'Content-Type': 'application/json', 'Idempotency-Key': mine.filing.key }, bearer(mine.token));
  const answer = await call('POST', 'personal-data-requests', headers, body);
  mine.sending = false;
  if (mine !== state) return;
  const { status, wait, body: { code } } = answer;
  if (status === 204) {
    mine.filing = null;
    $('request-form').reset();
    toggleProposed();
    await load(mine);
    if (mine === state) told('filed');
  } else if (status === 401) {
    forget();
    showTrouble(ended, true);
  } else if (status === 409) told(code === 'session-of-two' ? 'filed_two' : 'filed_open');
  else if (status === 429) told('wait_minutes', { n: Math.ceil(wait / 60) });
  else if (status === 400 || status === 422) told('proposed_wrong', {}, true);
  else told(status ? 'later' : 'unreachable_detail');
}

// ---- what went wrong: a function, so that the words follow the language switch. They are this page's own: the
// server speaks to programs that misuse it, nobody who fills in this form can make those mistakes ----
const ended = () => ({ title: say('ended'), lines: [say('ended_detail'), say('call_office')] });
const refused = ({ status, wait, body }) => () => {
  const fields = {};
  (body.errors || []).forEach((error) => {
    const id = FIELDS[String(error.pointer).replace(/^#?\//, '')];
    if (id) fields[id] = say('check_' + id);
  });
  const lines = Object.values(fields);
  let title = say(status ? 'failed' : 'unreachable');
  if (!status) lines.push(say('unreachable_detail'));
  else if (status === 401) {
    title = say('no_match');
    lines.push(say('compare'));
  } else if (status === 429) {
    title = say('too_many');
    lines.push(say('too_many_detail'));
    lines.push(wait > 60 ? say('wait_minutes', { n: Math.ceil(wait / 60) }) : say('wait_seconds', { n: wait }));
  } else if (status >= 500) lines.push(say('later'));
  else {
    title = say('check');
    if (!lines.length) lines.push(say('compare'));
  }
  return { title, lines: lines.concat(say('call_office')), retry: !status || status >= 500, fields };
};

// What can be seen to be wrong before anything is sent.
function mistaken() {
  const fields = {};
  const code = plain($('code').value);
  const six = plain($('last-six').value).length;
  if (/U/.test(code)) fields.code = say('code_no_u');
  else if (code.length !== 12) fields.code = say(code ? 'code_length' : 'code_missing', { n: code.length });
  if (six !== 6) fields['last-six'] = say(six ? 'six_length' : 'six_missing', { n: six });
  if ($('on-behalf').checked && !$('assistant').value.trim()) fields.assistant = say('assistant_missing');
  return { title: say('fix'), lines: Object.values(fields), fields };
}

function showTrouble(trouble, moveFocus) {
  state.trouble = trouble;
  const { title, lines, retry, fields = {} } = trouble ? trouble() : {};
  inputs.forEach((input) => {
    put($(input.id + '-wrong'), fields[input.id] || '');
    input.setAttribute('aria-invalid', String(Boolean(fields[input.id])));
  });
  $('trouble').textContent = '';
  if (!trouble) return;
  $('trouble').append(element('h2', title), ...lines.map((line) => element('p', line)));
  // The retry button goes away when pressed; the other one tells how it is getting on.
  const again = () => { $('submit').focus(); during(state.token ? load : ask); };
  if (retry) $('trouble').append(element('button', say('retry'), { onclick: again }));
  if (moveFocus) (inputs.find((input) => fields[input.id]) || $('trouble')).focus();
}

// ---- the form ----
// NFKC turns the full-width letters of a Chinese keyboard into plain ones; a cross is an X.
const plain = (text) => text.normalize('NFKC').toUpperCase().replace(/[×✕✖]/g, 'X').replace(/[^0-9A-Z]/g, '');
// Of a whole citizen number, pasted, only what is asked for stays.
const lastSixOf = (text) => text.replace(/^\d{12}(\d{5}[\dX])$/, '$1');
const inFours = (code) => code.replace(/(.{4})(?=.)/g, '$1-');

function keepTidy(input, shape) {
  const tidy = (event) => {
    const before = shape(plain(input.value.slice(0, input.selectionStart))).length;
    const tidied = shape(plain(input.value));
    // Rewriting the text under an input method loses letters, so wait until it has finished.
    if (event.isComposing || tidied === input.value) return;
    input.value = tidied;
    if (document.activeElement === input) input.setSelectionRange(before, before);
  };
  ['input', 'compositionend', 'change'].forEach((kind) => input.addEventListener(kind, tidy));
}

function question() {
  const behalf = $('on-behalf').checked;
  return JSON.stringify({
    lookup_code: inFours(plain($('code').value)), id_last_six: plain($('last-six').value),
    channel: behalf ? 'grid_worker' : 'self', assistant: behalf ? $('assistant').value.trim() : undefined,
  });
}

function submit(event) {
  event.preventDefault();
  if (state.busy) return;
  endSession();
  $('news').textContent = '';
  if (mistaken().lines.length) showTrouble(mistaken, true);
  else during(ask);
}

const toggleAssistant = () => { $('assistant-field').hidden = !$('on-behalf').checked; };

function setBusy(busy) {
  state.busy = busy;
  $('submit').textContent = say(busy ? 'asking' : 'submit');
  $('submit').setAttribute('aria-disabled', String(busy));
  $('progress').textContent = busy ? say('asking') : '';
}

// ---- which view, which language, and forgetting ----
function show(answered, synthetic) {
  $('ask').hidden = answered;
  $('answer').hidden = !answered;
  $('synthetic').hidden = !synthetic;
  $('leave').hidden = !answered;
  page.className = (answered ? 'answered ' : '') + (synthetic ? 'synthetic' : '');
}

const isSynthetic = (found) => Boolean(found.programme && found.programme.synthetic);

function land(title) {
  window.scrollTo(0, 0);
  $(title).focus({ preventScroll: true });
}

function showAnswer(found) {
  const first = !state.found;
  state.found = found;
  emptyForm();
  render(found);
  show(true, isSynthetic(found));
  if (first) land('next-title');
}

// Ends the session and takes every personal word off the page.
function forget() {
  endSession();
  state = fresh();
  $$('[data-slot], [data-list], #idle').forEach((holder) => { holder.textContent = ''; });
  emptyForm();
  emptyRequest();
  setBusy(false);
  showTrouble(null);
  show(false, false);
}

// A grid worker looks up one household after the other: tick and name stay until the page closes.
function emptyForm() {
  $('code').value = $('last-six').value = '';
}

function emptyRequest() {
  $('request-form').reset();
  $('own').open = false;
  toggleProposed();
}

function close() {
  forget();
  $('question').reset();
  toggleAssistant();
}

function leave(news) {
  forget();
  $('news').textContent = say(news);
  land('ask-title');
}

function checkIdle() {
  const idle = Date.now() - state.touched;
  if (!state.token && !$('code').value && !$('last-six').value) return;
  if (idle >= IDLE_LIMIT_MS) leave('left_idle');
  else if (idle >= IDLE_WARNING_MS && !$('idle').firstChild) {
    $('idle').append(element('p', say('idle_soon')), element('button', say('idle_stay')));
  }
}

function touched() {
  checkIdle(); // first, because a phone that slept has run no timer
  state.touched = Date.now();
  if ($('idle').contains(document.activeElement)) land(state.found ? 'next-title' : 'ask-title');
  $('idle').textContent = '';
}

function switchLanguage() {
  setEnglish(!english);
  page.lang = english ? 'en' : 'zh-CN';
  translate(document);
  Object.assign($('language'), english ? { textContent: '中文', lang: 'zh-CN' } : { textContent: 'English', lang: 'en' });
  $('news').textContent = '';
  toggleProposed();
  setBusy(state.busy);
  if (state.trouble) showTrouble(state.trouble);
  if (!state.found) return;
  render(state.found);
  show(true, isSynthetic(state.found));
  // The title of the next step is the server's text; without a connection the old one stays.
  load(state);
}

keepTidy($('code'), inFours);
keepTidy($('last-six'), lastSixOf);
$('question').addEventListener('submit', submit);
$('on-behalf').addEventListener('change', toggleAssistant);
$('request-form').addEventListener('submit', file);
$('wish').addEventListener('change', toggleProposed);
$('language').addEventListener('click', switchLanguage);
$('print').addEventListener('click', () => window.print());
$$('.leave').forEach((button) => button.addEventListener('click', () => leave('left')));
['pointerdown', 'keydown', 'touchmove', 'wheel', 'input'].forEach((kind) => document.addEventListener(kind, touched, { passive: true }));
document.addEventListener('visibilitychange', checkIdle);
setInterval(checkIdle, 5000);
// A phone handed on must not bring the case back with its "back" button.
window.addEventListener('pagehide', close);
$('starting').hidden = true;
$('language').hidden = false;
show(false, false);
