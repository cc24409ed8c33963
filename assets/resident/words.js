// What the page says, in the language chosen: words, amounts, areas, days.

export const $ = (id) => document.getElementById(id);
export const $$ = (selector) => Array.from(document.querySelectorAll(selector));
export let english = false;
export function setEnglish(chosen) { english = chosen; }

// ---- words: Chinese is the text of an element, English its data-en ----
const words = {};
$('words').content.textContent.trim().split('\n').forEach((line) => {
  const [name, ...pair] = line.split(' | ');
  words[name] = pair;
});
export const say = (name, values) => words[name][english ? 1 : 0].replace(/\{(\w+)\}/g, (_, key) => values[key]);
// A code this page does not know yet is shown as it came.
export const word = (group, code) => (words[group + '.' + code] ? say(group + '.' + code) : code);

export function translate(root) {
  root.querySelectorAll('[data-en]').forEach((text) => {
    if (!text.dataset.zh) text.dataset.zh = text.textContent;
    text.textContent = english ? text.dataset.en : text.dataset.zh;
  });
}

// Names arrive in Chinese; marked as such, an English voice does not spell them.
export function put(target, text) {
  target.textContent = text;
  if (english && /[\u3400-\u9fff]/.test(text)) target.lang = 'zh-CN';
  else target.removeAttribute('lang');
  return target;
}

export const element = (tag, text, more) => Object.assign(put(document.createElement(tag), text), more);

// ---- amounts, areas, days: digits are moved about, never turned into floating point ----
const grouped = (decimal) => decimal.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
export const area = (decimal) => decimal && say('area', { n: grouped(decimal) });

// How a Chinese reader says the sum: "1250056.70" is 125万零56.7. Empty below 10,000 and from 100 million on.
function inWan(decimal) {
  const parts = /^([1-9]\d{0,3})(\d{4})(?:\.(\d*?)0*)?$/.exec(decimal);
  if (!parts) return '';
  const [, wan, low, cents] = parts;
  const rest = low.replace(/^0+/, '');
  if (!rest && !cents) return wan + '万';
  return wan + (rest.length < 4 ? '万零' : '万') + (rest || '0') + (cents ? '.' + cents : '');
}

export function money(decimal) {
  const spoken = english ? '' : inWan(decimal);
  return say('money', { n: grouped(decimal) }) + (spoken && '\n' + say('money_read', { n: spoken }));
}

export const day = (iso, year = true) => new Date(iso.slice(0, 10)).toLocaleDateString(english ? 'en-GB' : 'zh-CN',
  { year: year ? 'numeric' : undefined, month: 'long', day: 'numeric', timeZone: 'UTC' });
// Without the year when it is the year of `today`.
export const dayThisYear = (iso, today) => day(iso, iso.slice(0, 4) !== String(today).slice(0, 4));

export function beijing(instant) {
  const there = new Date(Date.parse(instant) + 8 * 3600000).toISOString();
  return day(there) + ' ' + there.slice(11, 16);
}
