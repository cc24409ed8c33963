// The form of the resident page and what follows from it, with answers put in place of the server's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, assertAccessible, fillIn, focused, lookUp, trouble } from './browser.mjs';
import { CODE, LAST_SIX, close, deletion, household, opened, problem, visitWith } from './pretended.mjs';

const MINUTE_MS = 60_000;

test('a code is grouped in fours and sent in capitals, however it was typed', async () => {
  const visitor = await visitWith();
  const { page, seen } = visitor;
  await page.locator('#code').pressSequentially('abcd 12-34wx');
  assert.equal(await page.inputValue('#code'), 'ABCD-1234-WX');
  await page.press('#code', 'Home');
  await page.press('#code', 'Delete');
  assert.equal(await page.inputValue('#code'), 'BCD1-234W-X');
  await page.locator('#code').pressSequentially('a');
  assert.equal(await page.inputValue('#code'), 'ABCD-1234-WX');
  await lookUp(page, 'ａｂｃｄ－１２３４－ｗｘｙｚ', ' 12345x ');
  await answer(page);
  const { key, ...body } = seen.posts[0];
  assert.deepEqual(body, { lookup_code: 'ABCD-1234-WXYZ', id_last_six: '12345X', channel: 'self' });
  assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  await close(visitor);
});

test('a grid worker gives a name, and it is sent', async () => {
  const visitor = await visitWith();
  const { page, seen } = visitor;
  await fillIn(page, CODE, LAST_SIX);
  await page.getByLabel('我是网格员，代居民查询').check();
  await page.click('#submit');
  assert.equal(await focused(page), 'assistant');
  assert.equal(seen.posts.length, 0);
  await page.getByLabel('您的姓名和所在网格').fill('张网格 / 东一网格');
  await page.keyboard.press('Enter');
  await answer(page);
  assert.equal(seen.posts[0].channel, 'grid_worker');
  assert.equal(seen.posts[0].assistant, '张网格 / 东一网格');
  await close(visitor);
});

test('too short an entry is caught before anything is sent, with the count', async () => {
  const visitor = await visitWith();
  const { page, seen } = visitor;
  await lookUp(page, 'ABCD', '1234567');
  assert.match(await trouble(page), /查询码是 12 位，您填了 4 位。\s+只要最后 6 位，您填了 7 位。/);
  assert.equal(await focused(page), 'code');
  assert.equal(await page.getAttribute('#last-six', 'aria-invalid'), 'true');
  await assertAccessible(page, 'the form with mistakes');
  assert.equal(seen.posts.length, 0);
  await close(visitor);
});

test('of a whole citizen number only the last six stay, and a cross is an X', async () => {
  const visitor = await visitWith();
  const { page, seen } = visitor;
  await fillIn(page, CODE, '37010219900101123x');
  assert.equal(await page.inputValue('#last-six'), '01123X'); // what is not asked for is not even kept on the page
  for (const typed of ['01123×', '01123✕', '０１１２３ｘ', '011\u00a023\u2212X\n']) {
    await page.fill('#last-six', typed);
    assert.equal(await page.inputValue('#last-six'), '01123X', typed);
  }
  await page.click('#submit');
  await answer(page);
  assert.equal(seen.posts[0].id_last_six, '01123X');
  await close(visitor);
});

test('a letter that no code has is told before anything is sent', async () => {
  const visitor = await visitWith();
  const { page, seen } = visitor;
  await lookUp(page, 'ABCD-1234-WXYU', LAST_SIX);
  assert.match(await trouble(page), /查询码里没有字母 U，请再看看通知单，可能是 V。/);
  await page.click('#language');
  assert.match(await trouble(page), /Please correct this first\s+Lookup codes have no letter U\./);
  assert.equal(seen.posts.length, 0);
  await close(visitor);
});

test('a grid worker keeps tick and name from household to household, until the page closes', async () => {
  const visitor = await visitWith();
  const { page } = visitor;
  await page.getByLabel('我是网格员，代居民查询').check();
  await page.getByLabel('您的姓名和所在网格').fill('张网格 / 东一网格');
  await lookUp(page, CODE, LAST_SIX);
  await answer(page);
  await page.click('#leave');
  assert.equal(await page.isChecked('#on-behalf'), true);
  assert.equal(await page.inputValue('#assistant'), '张网格 / 东一网格');
  assert.equal(await page.inputValue('#code') + await page.inputValue('#last-six'), '');
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  assert.equal(await page.isChecked('#on-behalf'), false);
  assert.equal(await page.inputValue('#assistant'), '');
  await close(visitor);
});

test('a refusal by the server is told in the words of this page, at the field it is about', async () => {
  const errors = [{ pointer: '/id_last_six', code: 'wrong-pattern', detail: '格式不正确 ^[0-9]$' }];
  for (const [given, title, line] of [
    [problem(400, { errors }), '填写的内容有误', '请再核对一遍证件号码的最后六位。'],
    [problem(400, { detail: 'JSON' }), '填写的内容有误', '请对照通知单和证件'],
    [problem(422), '填写的内容有误', '请对照通知单和证件'],
  ]) {
    const visitor = await visitWith({ sessions: [given] });
    const { page } = visitor;
    await lookUp(page, CODE, LAST_SIX);
    const told = await trouble(page);
    assert.ok(told.startsWith(title) && told.includes(line), told);
    for (const theirs of ['标题', '说明', 'JSON', '格式不正确']) assert.ok(!told.includes(theirs), theirs);
    if (given.body.includes('id_last_six')) {
      assert.equal(await page.innerText('#last-six-wrong'), line);
      assert.equal(await focused(page), 'last-six');
    }
    await page.click('#language');
    assert.match(await trouble(page), /^Please check what you entered/);
    await close(visitor);
  }
});

test('a code that opens nothing is told in the language chosen', async () => {
  const visitor = await visitWith({ sessions: [problem(401, { code: 'lookup-failed' })] });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  assert.match(await trouble(page), /^查询码或证件后六位不正确/);
  await page.click('#language');
  assert.match(await trouble(page), /^Lookup code and identity number do not match/);
  await close(visitor);
});

test('too many lookups: the page says how long to wait, in the language chosen', async () => {
  const visitor = await visitWith({ sessions: [problem(429, {}, { 'Retry-After': '290' })] });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  assert.match(await trouble(page), /查询次数过多\s+为了保护住户信息，请稍后再试。\s+请等 5 分钟再试。\s+还是不行，请给改造（征收）办公室打电话/);
  await page.click('#language');
  assert.match(await trouble(page), /^Too many lookups[^]*Try again in 5 min\./);
  await close(visitor);
});

test('without a connection nothing typed is lost, and trying again is the same attempt', async () => {
  const visitor = await visitWith({ sessions: ['no connection', opened] });
  const { page, seen } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  assert.match(await trouble(page), /网络不通/);
  assert.equal(await page.inputValue('#code'), 'ABCD-1234-WXYZ');
  await assertAccessible(page, 'no connection');
  await page.getByRole('button', { name: '再试一次' }).click();
  await answer(page);
  assert.equal(seen.posts[0].key, seen.posts[1].key);
  await close(visitor);
});

test('a server that never answers is given up after twenty seconds', async () => {
  const visitor = await visitWith({ sessions: ['silence'], clock: true });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  assert.equal(await page.innerText('#submit'), '正在查询…');
  await page.clock.fastForward(20_001);
  // The clock runs on in real time, so waiting long would prove any limit.
  await page.locator('#trouble h2').waitFor({ timeout: 3_000 });
  assert.match(await trouble(page), /网络不通/);
  await close(visitor);
});

test('a lost answer that cannot be repeated is asked for anew', async () => {
  const visitor = await visitWith({ sessions: [problem(409, { code: 'already-done' }), opened] });
  await lookUp(visitor.page, CODE, LAST_SIX);
  await answer(visitor.page);
  assert.notEqual(visitor.seen.posts[0].key, visitor.seen.posts[1].key);
  await close(visitor);
});

test('an error page of a proxy still ends in plain words', async () => {
  const visitor = await visitWith({ sessions: [{ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }] });
  await lookUp(visitor.page, CODE, LAST_SIX);
  assert.match(await trouble(visitor.page), /系统暂时有问题\s+请过一会儿再试。[^]*再试一次/);
  await close(visitor);
});

test('a session that has ended asks to look up again', async () => {
  const visitor = await visitWith({ found: problem(401) });
  await lookUp(visitor.page, CODE, LAST_SIX);
  assert.match(await trouble(visitor.page), /这次查询已经过期/);
  await close(visitor);
});

test('switching the language asks the server for its texts in that language', async () => {
  const visitor = await visitWith();
  const { page, seen } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  await answer(page);
  const again = page.waitForResponse((response) => response.url().endsWith('/case'));
  await page.click('#language');
  await again;
  assert.deepEqual(seen.languages, ['zh-CN', 'en']);
  await close(visitor);
});

test('ten idle minutes clear the page after a warning; a touch in time keeps it', async () => {
  const visitor = await visitWith({ clock: true });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  await answer(page);
  await page.clock.fastForward(9.5 * MINUTE_MS);
  assert.match(await page.innerText('#idle'), /再过 1 分钟/);
  await assertAccessible(page, 'the warning');
  await page.getByRole('button', { name: '继续看' }).press('Enter');
  assert.equal(await focused(page), 'next-title');
  await page.clock.fastForward(9.5 * MINUTE_MS);
  assert.equal(await page.locator('#answer').isVisible(), true);
  const ended = deletion(page);
  await page.clock.fastForward(MINUTE_MS);
  await ended;
  await page.getByText('10 分钟没有操作').waitFor();
  assert.ok(!(await page.textContent('body')).includes('TEST-0001'));
  await close(visitor);
});

test('leaving the page by any way forgets the case, so "back" brings nothing', async () => {
  const visitor = await visitWith();
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  await answer(page);
  const ended = deletion(page);
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  await ended;
  assert.equal(await page.locator('#answer').isVisible(), false);
  assert.ok(!(await page.textContent('body')).includes('TEST-0001'));
  await close(visitor);
});
