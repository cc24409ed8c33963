// Requests about one's own data on the resident page, with answers put in place of the server's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, assertAccessible, baseUrl, focused, lookUp } from './browser.mjs';
import { CODE, LAST_SIX, close, household, problem, visitWith } from './pretended.mjs';

const requests = [
  { kind: 'correction', field: 'name', person_name: '张*三', state: 'received', received_on: '2018-06-20', due_on: '2018-07-05' },
  { kind: 'export', person_name: '张*三', state: 'done', received_on: '2018-05-01', due_on: '2018-05-16', decided_on: '2018-05-03' },
  { kind: 'erasure', person_name: '李*', state: 'refused', refusal: 'retention_period', received_on: '2018-04-01', due_on: '2018-04-16', decided_on: '2018-04-10' },
];

// Opens a case whose filings are answered one after the other.
async function opened(filings, more = {}) {
  const visitor = await visitWith({ found: household({ requests }), ...more });
  const { page } = visitor;
  const sent = [];
  await page.route(`${baseUrl}/v1/resident/personal-data-requests`, (route) => {
    const headers = route.request().headers();
    sent.push({ key: headers['idempotency-key'], token: headers.authorization, body: route.request().postDataJSON() });
    const given = filings[Math.min(sent.length, filings.length) - 1];
    return given === 'no connection' ? route.abort() : route.fulfill(given);
  });
  await lookUp(page, CODE, LAST_SIX);
  await answer(page);
  return { ...visitor, sent };
}

const said = (page, words) => page.waitForFunction((text) => document.querySelector('#filed').textContent.includes(text), words);

test('requests say what was asked, how far it is, by when, and why not', async () => {
  const visitor = await opened([]);
  const { page } = visitor;
  const lines = await page.locator('[data-list=request] li').allInnerTexts();
  assert.match(lines[0], /2018年6月20日\s+更正 · 姓名\s+张\*三\s+已收到，正在办\s+最迟 2018年7月5日 答复/);
  assert.match(lines[1], /查阅、复制\s+张\*三\s+已办完$/);
  assert.match(lines[2], /删除\s+李\*\s+没有同意\s+档案保存期还没满/);
  await page.click('#language');
  const english = await page.locator('[data-list=request] li').allInnerTexts();
  assert.match(english[0], /Correction · name\s.*received, being worked on\s.*answer by 5 July 2018/s);
  assert.match(english[2], /refused\s.*the file must still be kept/s);
  await close(visitor);
});

test('a wish for a copy asks for nothing more, a correction for what it should be', async () => {
  const visitor = await opened([{ status: 204 }], { width: 320 });
  const { page, sent } = visitor;
  await page.click('#own summary');
  assert.equal(await page.locator('#proposed').isVisible(), false);
  await page.selectOption('#wish', 'birth_on');
  await assertAccessible(page, 'the form of a request');
  await page.click('#file');
  assert.equal(await page.innerText('#proposed-wrong'), '请填写应该是什么。');
  assert.equal(await focused(page), 'proposed');
  await assertAccessible(page, 'a request that is not filled in');
  assert.equal(sent.length, 0);
  await page.fill('#proposed', '1980-01-31');
  await page.click('#file');
  await said(page, '已提交');
  assert.deepEqual(sent[0].body, { kind: 'correction', correction: { birth_on: '1980-01-31' } });
  assert.equal(sent[0].token, 'Bearer token');
  assert.equal(await page.inputValue('#wish'), 'export');
  await page.click('#file');
  await page.waitForFunction(() => document.querySelector('#filed').textContent !== '');
  assert.deepEqual(sent[1].body, { kind: 'export' });
  assert.notEqual(sent[1].key, sent[0].key);
  await close(visitor);
});

test('a lost answer is asked for again under the same key', async () => {
  const visitor = await opened(['no connection', { status: 204 }]);
  const { page, sent } = visitor;
  await page.click('#own summary');
  await page.click('#file');
  await said(page, '没有连上系统');
  await page.click('#file');
  await said(page, '已提交');
  assert.equal(sent[0].key, sent[1].key);
  await close(visitor);
});

test('each refusal says what to do', async () => {
  const filings = [problem(409, { code: 'data-request-open-already' }), problem(409, { code: 'session-of-two' }),
    problem(429, {}, { 'retry-after': '600' }), problem(500), problem(422)];
  const visitor = await opened(filings);
  const { page } = visitor;
  await page.click('#own summary');
  await page.selectOption('#wish', 'phone');
  await page.fill('#proposed', '12');
  for (const words of ['同样的申请正在办', '办公室办理', '10 分钟', '请过一会儿再试']) {
    await page.click('#file');
    await said(page, words);
  }
  await page.click('#file');
  await page.waitForFunction(() => document.querySelector('#proposed-wrong').textContent.includes('系统不认'));
  assert.equal(await page.getAttribute('#proposed', 'aria-invalid'), 'true');
  await close(visitor);
});

test('a session that is over clears the page', async () => {
  const visitor = await opened([problem(401)]);
  const { page } = visitor;
  await page.click('#own summary');
  await page.selectOption('#wish', 'name');
  await page.fill('#proposed', '张小三');
  await page.click('#file');
  await page.locator('#trouble h2').waitFor();
  assert.match(await page.innerText('#trouble'), /这次查询已经过期/);
  assert.equal(await page.inputValue('#proposed'), '');
  await close(visitor);
});
