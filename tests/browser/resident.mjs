// The resident page against a running Anju: one household's code and last six, from the environment.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertAccessible, assertQuiet, baseUrl, focused, launch, lookUp, required, trouble, visit } from './browser.mjs';

const code = required('CODE');
const lastSix = required('LAST_SIX');

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

// Another value of the same shape: the first character changed.
const otherThan = (value) => (value.startsWith('7') ? '8' : '7') + value.slice(1);

test('the whole page fits in 40 kB, with nothing from elsewhere', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const sizes = [];
  page.on('requestfinished', (request) => sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize)));
  await page.goto(`${baseUrl}/`, { waitUntil: 'networkidle' });
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  assert.ok(total > 0 && total < 40_000, `${total} bytes`);
  await context.close();
});

test('a wrong code and a wrong identity number read the same', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  await lookUp(page, otherThan(code), lastSix);
  const wrongCode = await trouble(page);
  assert.equal(await focused(page), 'trouble');
  await assertAccessible(page, 'the refusal');
  await page.reload();
  await lookUp(page, code, otherThan(lastSix));
  const wrongNumber = await trouble(page);
  assert.equal(wrongCode, wrongNumber);
  assert.match(wrongCode, /改造（征收）办公室打电话/);
  assertQuiet(visitor);
  await page.context().close();
});

test('the right pair shows household and next step, in Chinese and in English, and leaving forgets both', async () => {
  const visitor = await visit(browser, { width: 320 });
  const { page } = visitor;
  const title = await page.title();
  await assertAccessible(page, 'the form');
  await lookUp(page, code.replaceAll('-', ' ').toLowerCase(), lastSix.toLowerCase());
  await answer(page);

  const household = await page.innerText('[data-slot=household-no]');
  assert.match(household, /\S/);
  assert.match(await page.innerText('[data-slot=next-title]'), /\S/);
  assert.equal(await focused(page), 'next-title');
  const first = await page.locator('.next').boundingBox();
  assert.ok(first.y < 160, 'the next step is the first thing seen');
  await assertAccessible(page, 'the answer');

  assert.equal(page.url(), `${baseUrl}/`);
  assert.equal(await page.title(), title);
  assert.deepEqual(await page.context().cookies(), []);
  const kept = await page.evaluate(() => ({ local: localStorage.length, session: sessionStorage.length, state: history.state,
    typed: [...document.querySelectorAll('#code, #last-six')].map((input) => input.value).join('') }));
  assert.deepEqual(kept, { local: 0, session: 0, state: null, typed: '' });

  await page.click('#language');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  assert.match(await answer(page), /What happens next/);
  assert.equal(await page.innerText('[data-slot=household-no]'), household);
  await assertAccessible(page, 'the answer in English');

  const gone = page.waitForResponse((response) => response.request().method() === 'DELETE');
  await page.click('#leave');
  assert.equal((await gone).status(), 204);
  assert.equal(await focused(page), 'ask-title');
  assert.ok(!(await page.textContent('body')).includes(household), 'nothing of the case stays behind');
  await assertAccessible(page, 'the form after leaving');
  assertQuiet(visitor);
  await page.context().close();
});

test('a request about one\'s own data is filed and stands in the case', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  await lookUp(page, code, lastSix);
  await answer(page);
  await page.click('#own summary');
  await page.selectOption('#wish', 'phone');
  await page.fill('#proposed', '0531-00000001');
  await assertAccessible(page, 'the form of a request');
  const filed = page.waitForResponse((response) => response.url().endsWith('/personal-data-requests'));
  await page.click('#file');
  assert.equal((await filed).status(), 204);
  await page.waitForFunction(() => document.querySelector('#filed').textContent.includes('已提交'));
  assert.match(await page.innerText('[data-list=request]'), /更正 · 电话\s.*已收到，正在办\s.*最迟 /s);
  await page.selectOption('#wish', 'phone');
  await page.fill('#proposed', '0531-00000002');
  await page.click('#file');
  await page.waitForFunction(() => document.querySelector('#filed').textContent.includes('同样的申请正在办'));
  await page.click('#leave');
  assert.equal(await page.inputValue('#proposed'), '', 'nothing that was typed stays behind');
  assertQuiet(visitor);
  await page.context().close();
});

test('the dark view is as clean as the light one', async () => {
  const visitor = await visit(browser, { width: 1024, colorScheme: 'dark' });
  const { page } = visitor;
  await assertAccessible(page, 'the dark form');
  await lookUp(page, code, lastSix);
  await answer(page);
  await assertAccessible(page, 'the dark answer');
  assertQuiet(visitor);
  await page.context().close();
});
