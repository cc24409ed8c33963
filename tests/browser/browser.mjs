// A visitor to the resident page: one private browser window that remembers what it should never have seen.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

export const baseUrl = required('BASE_URL').replace(/\/$/, '');
export const sessionsUrl = `${baseUrl}/v1/resident/sessions`;

export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}, for example: BASE_URL=http://127.0.0.1:8080 CODE=XXXX-XXXX-XXXX LAST_SIX=12345X npm test`);
  return value;
}

export function launch() {
  const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'];
  const executablePath = process.env.CHROMIUM ?? usual.find(existsSync);
  if (!executablePath) throw new Error('no Chromium found: install it, or set CHROMIUM to its path');
  // The sandbox needs user namespaces, which a container run as root usually has not.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
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
