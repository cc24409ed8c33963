// The resident page: ask once, show one household, forget it again.
// Nothing is stored on the phone and nothing personal enters the address, title or history.
// Runs from Chrome/WebView 66 and Safari 12.1 on, so no newer syntax.

const REQUEST_LIMIT_MS = 20000;
const IDLE_LIMIT_MS = 600000;
const IDLE_WARNING_MS = 540000;
// Member of the request body, and the input it comes from.
const FIELDS = { lookup_code: 'code', id_last_six: 'last-six', assistant: 'assistant' };

const $ = (id) => document.getElementById(id);
const $$ = (selector) => Array.from(document.querySelectorAll(selector));
const page = document.documentElement;
const element = (tag, text, more) => Object.assign(put(document.createElement(tag), text), more);
const inputs = Object.values(FIELDS).map($);
const fresh = () => ({ token: '', found: null, trouble: null, attempt: null, busy: false, touched: Date.now() });
let state = fresh();
let english = false;

// ---- words: Chinese is the text of an element, English its data-en ----
const words = {};
$('words').content.textContent.trim().split('\n').forEach((line) => {
  const [name, ...pair] = line.split(' | ');
  words[name] = pair;
});
const say = (name, values) => words[name][english ? 1 : 0].replace(/\{(\w+)\}/g, (_, key) => values[key]);
// A code this page does not know yet is shown as it came.
const word = (group, code) => (words[group + '.' + code] ? say(group + '.' + code) : code);

function translate(root) {
  root.querySelectorAll('[data-en]').forEach((text) => {
    if (!text.dataset.zh) text.dataset.zh = text.textContent;
    text.textContent = english ? text.dataset.en : text.dataset.zh;
  });
}

// Names arrive in Chinese; marked as such, an English voice does not spell them.
function put(target, text) {
  target.textContent = text;
  if (english && /[\u3400-\u9fff]/.test(text)) target.lang = 'zh-CN';
  else target.removeAttribute('lang');
  return target;
}

// ---- amounts, areas, days: digits are moved about, never turned into floating point ----
const grouped = (decimal) => decimal.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
const area = (decimal) => decimal && say('area', { n: grouped(decimal) });

// How a Chinese reader says the sum: "1250056.70" is 125万零56.7. Empty below 10,000 and from 100 million on.
function inWan(decimal) {
  const parts = /^([1-9]\d{0,3})(\d{4})(?:\.(\d*?)0*)?$/.exec(decimal);
  if (!parts) return '';
  const [, wan, low, cents] = parts;
  const rest = low.replace(/^0+/, '');
  if (!rest && !cents) return wan + '万';
  return wan + (rest.length < 4 ? '万零' : '万') + (rest || '0') + (cents ? '.' + cents : '');
}

function money(decimal) {
  const spoken = english ? '' : inWan(decimal);
  return say('money', { n: grouped(decimal) }) + (spoken && '\n' + say('money_read', { n: spoken }));
}

const day = (iso) => new Date(iso.slice(0, 10)).toLocaleDateString(english ? 'en-GB' : 'zh-CN',
  { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' });

function beijing(instant) {
  const there = new Date(Date.parse(instant) + 8 * 3600000).toISOString();
  return day(there) + ' ' + there.slice(11, 16);
}

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

// ---- what went wrong: a function, so that our words follow the language switch; the server's cannot ----
const ended = () => ({ title: say('ended'), lines: [say('ended_detail'), say('call_office')] });
const refused = ({ status, wait, body }) => () => {
  const fields = {};
  const lines = body.detail ? [body.detail] : [];
  (body.errors || []).forEach((error) => {
    const id = FIELDS[String(error.pointer).replace(/^#?\//, '')];
    if (id) fields[id] = error.detail;
    else lines.push(error.detail);
  });
  if (!status) lines.push(say('unreachable_detail'));
  else if (status === 401) lines.push(say('compare'));
  else if (status === 429) lines.push(wait > 60 ? say('wait_minutes', { n: Math.ceil(wait / 60) }) : say('wait_seconds', { n: wait }));
  else if (status >= 500) lines.push(say('later'));
  const title = body.title || say(status ? 'failed' : 'unreachable');
  return { title, lines: lines.concat(say('call_office')), retry: !status || status >= 500, fields };
};

// What can be seen to be wrong before anything is sent.
function mistaken() {
  const fields = {};
  const code = plain($('code').value).length;
  const six = plain($('last-six').value).length;
  if (code !== 12) fields.code = say(code ? 'code_length' : 'code_missing', { n: code });
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
// NFKC turns the full-width letters of a Chinese keyboard into plain ones.
const plain = (text) => text.normalize('NFKC').toUpperCase().replace(/[^0-9A-Z]/g, '');
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

// ---- the answer ----
const phone = (number) => element('a', number, { href: 'tel:' + number.replace(/[^+0-9]/g, '') });

// Fills the named slots; a slot without a value disappears, and its row of a list of facts with it.
function fill(root, values) {
  Object.keys(values).forEach((name) => {
    const slot = put(root.querySelector(`[data-slot="${name}"]`), values[name] || '');
    (slot.closest('dl > div') || slot).hidden = !values[name];
  });
}

function fillList(name, items, values) {
  const list = document.querySelector(`[data-list="${name}"]`);
  list.textContent = '';
  (items || []).forEach((item) => {
    const copy = document.importNode($(name).content, true);
    translate(copy);
    fill(copy, values(item));
    if (item.phone) copy.querySelector('[data-slot="phone"]').firstChild.replaceWith(phone(item.phone));
    list.append(copy);
  });
}

function fillNext(found) {
  const next = found.next_step && found.next_step.title ? found.next_step : {};
  const left = next.due_on && typeof next.days_left === 'number' ? next.days_left : null;
  const reachable = (found.contacts || []).find((contact) => contact.phone);
  fill(document, {
    'next-title': next.title || say('nothing_next'),
    'next-due': next.due_on ? say('due', { day: day(next.due_on) }) : next.title && next.code !== 'done' && say('due_unknown'),
    'next-left': left !== null && say(left < 0 ? 'overdue' : left ? 'days_left' : 'due_today', { n: Math.abs(left) }),
    'next-call': reachable && say('ask_by_phone') + ' ',
    'as-of': found.as_of && say('as_of', { day: day(found.as_of) }),
  });
  if (reachable) document.querySelector('.call').append(phone(reachable.phone));
  document.querySelector('.left').classList.toggle('late', left < 0);
}

function fillSteps(stage) {
  const steps = $$('#steps li');
  const reached = steps.findIndex((step) => step.dataset.stage === stage);
  steps.forEach((step, position) => {
    step.classList.toggle('done', position <= reached);
    step.setAttribute('aria-current', position === reached ? 'step' : 'false');
    step.lastChild.textContent = say(position < reached ? 'done' : position === reached ? 'here' : 'ahead');
  });
}

function render(found) {
  fillNext(found);
  fillSteps(found.stage);
  const { parcel = {}, agreement = {}, programme = {} } = found;
  fill(document, {
    'household-no': found.household_no, holder: found.holder, 'floor-area': area(found.floor_area_m2),
    parcel: parcel.name && say('parcel', { name: parcel.name, kind: word('kind', parcel.kind) }),
    'parcel-stage': word('parcel', parcel.stage), programme: programme.name,
    'agreement-none': !found.agreement && say('agreement_none'),
    amount: agreement.amount && money(agreement.amount),
    'agreement-area': area(agreement.floor_area_m2), 'agreement-status': word('agreement', agreement.status),
    'signed-on': agreement.signed_on && day(agreement.signed_on), 'agreement-no': agreement.agreement_no,
    'homes-none': !(found.homes || []).length && say('homes_none'),
    'needs-none': !(found.needs || []).length && say('needs_none'),
  });
  fillList('home', found.homes, (home) => ({
    address: [home.estate, ' ', home.building, '\n', home.flat_no].join(''), area: area(home.area_m2),
    inspection: word('inspection', home.inspection), 'handed-over': home.handed_over_on && day(home.handed_over_on),
    defects: home.open_defects >= 0 && say(home.open_defects ? 'defects' : 'defects_none', { n: home.open_defects }),
  }));
  fillList('need', found.needs, (need) => ({
    kind: word('need', need.kind), status: word('status', need.status), provider: need.provider,
    due: need.status !== 'closed' && need.due_on && day(need.due_on),
  }));
  fillList('contact', found.contacts, ({ role, name, phone: number }) => ({ role: word('role', role), name, phone: number }));
  fillList('lookup', found.lookups, ({ at, channel }) => ({ at: beijing(at), channel: word('channel', channel) }));
  fillList('disclosure', found.disclosures, ({ at, role, unit, reason }) => ({
    at: beijing(at), unit, staff: word('staff', role), reason: word('reason', reason),
  }));
  $('agreement').hidden = !found.agreement;
  $('lookups').hidden = !(found.lookups || []).length;
  $('disclosures').hidden = !(found.disclosures || []).length;
  show(true, Boolean(programme.synthetic));
}

// ---- which view, which language, and forgetting ----
function show(answered, synthetic) {
  $('ask').hidden = answered;
  $('answer').hidden = !answered;
  $('synthetic').hidden = !synthetic;
  $('leave').hidden = !answered;
  page.className = (answered ? 'answered ' : '') + (synthetic ? 'synthetic' : '');
}

function land(title) {
  window.scrollTo(0, 0);
  $(title).focus({ preventScroll: true });
}

function showAnswer(found) {
  const first = !state.found;
  state.found = found;
  $('question').reset();
  render(found);
  if (first) land('next-title');
}

// Ends the session and takes every personal word off the page.
function forget() {
  endSession();
  state = fresh();
  $$('[data-slot], [data-list], #idle').forEach((holder) => { holder.textContent = ''; });
  $('question').reset();
  toggleAssistant();
  setBusy(false);
  showTrouble(null);
  show(false, false);
}

function leave(news) {
  forget();
  $('news').textContent = say(news);
  land('ask-title');
}

function checkIdle() {
  const idle = Date.now() - state.touched;
  if (!state.token && !inputs.some((input) => input.value)) return;
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
  english = !english;
  page.lang = english ? 'en' : 'zh-CN';
  translate(document);
  Object.assign($('language'), english ? { textContent: '中文', lang: 'zh-CN' } : { textContent: 'English', lang: 'en' });
  $('news').textContent = '';
  setBusy(state.busy);
  if (state.trouble) showTrouble(state.trouble);
  if (!state.found) return;
  render(state.found);
  // The title of the next step is the server's text; without a connection the old one stays.
  load(state);
}

keepTidy($('code'), inFours);
keepTidy($('last-six'), String);
$('question').addEventListener('submit', submit);
$('on-behalf').addEventListener('change', toggleAssistant);
$('language').addEventListener('click', switchLanguage);
$('print').addEventListener('click', () => window.print());
$$('.leave').forEach((button) => button.addEventListener('click', () => leave('left')));
['pointerdown', 'keydown', 'touchmove', 'wheel', 'input'].forEach((kind) => document.addEventListener(kind, touched, { passive: true }));
document.addEventListener('visibilitychange', checkIdle);
setInterval(checkIdle, 5000);
// A phone handed on must not bring the case back with its "back" button.
window.addEventListener('pagehide', forget);
$('starting').hidden = true;
$('language').hidden = false;
show(false, false);
