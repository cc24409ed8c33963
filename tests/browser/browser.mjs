// A visitor to the resident page: one private browser window that remembers what it should never have seen.
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

export const baseUrl = required('BASE_URL').replace(/\/$/, '');
export const sessionsUrl = `${baseUrl}/v1/resident/sessions`;

export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run tests/browser/run`);
  return value;
}

export function launch() {
  const args = [
    // It shall talk to Anju only, and needs no graphics card.
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic',
    '--disable-gpu', '--no-first-run',
  ];
  // The sandbox needs user namespaces, which a container run as root usually has not.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath: required('CHROMIUM'), headless: true, args });
}

// Opens the page as a phone shows it. `answers(page)` may put answers in place of the server's before it loads.
export async function visit(browser, { width = 390, colorScheme = 'light', answers } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 640 }, colorScheme });
  const page = await context.newPage();
  const complaints = [];
  const outside = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The browser itself reports every refused request; a refusal is no fault of the page.
    const refusal = message.text().startsWith('Failed to load resource') && message.location().url.startsWith(`${baseUrl}/v1/resident/`);
    if (['error', 'warning'].includes(message.type()) && !refusal) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${baseUrl}/`) && !request.url().startsWith('data:')) outside.push(request.url());
  });
  if (answers) await answers(page);
  await page.goto(`${baseUrl}/`);
  await page.locator('#question').waitFor();
  return { page, complaints, outside };
}

export async function fillIn(page, code, lastSix) {
  await page.fill('#code', code);
  await page.fill('#last-six', lastSix);
}

export async function lookUp(page, code, lastSix) {
  await fillIn(page, code, lastSix);
  await page.click('#submit');
}

export const trouble = async (page) => {
  await page.locator('#trouble h2').waitFor();
  return page.innerText('#trouble');
};

export const answer = async (page) => {
  await page.locator('#answer').waitFor();
  return page.innerText('#answer');
};

export const focused = (page) => page.evaluate(() => document.activeElement.id);

export async function assertAccessible(page, view) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  assert.deepEqual(told, [], `axe on ${view}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${view} is ${overflow} px wider than the screen`);
}

export function assertQuiet({ complaints, outside }) {
  assert.deepEqual(complaints, [], 'console errors');
  assert.deepEqual(outside, [], 'requests to other origins');
}
