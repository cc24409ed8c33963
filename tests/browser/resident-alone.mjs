// The resident page with answers put in place of the server's: what no demo household can show on demand.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertAccessible, assertQuiet, baseUrl, fillIn, focused, launch, lookUp, sessionsUrl, trouble, visit } from './browser.mjs';

const CODE = 'ABCD1234WXYZ';
const LAST_SIX = '12345X';
const MINUTE_MS = 60_000;

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const household = (changes) => ({
  programme: { name: '测试项目', synthetic: true }, parcel: { name: '测试村', kind: 'old_village', stage: 'build' },
  household_no: 'TEST-0001', holder: '张*三', floor_area_m2: '1186.50', as_of: '2018-06-30', stage: 'signed',
  next_step: { code: 'vacate', title: '腾空交房', due_on: '2018-07-15', days_left: 15 },
  agreement: { agreement_no: 'TEST-2018-0001', status: 'signed', signed_on: '2018-03-04', floor_area_m2: '186.50', amount: '1250056.70' },
  ...changes,
});
const opened = { status: 201, json: { token: 'token', expires_at: '2030-01-01T00:00:00Z' } };
const problem = (status, more = {}, headers = {}) => ({
  status, headers, contentType: 'application/problem+json', body: JSON.stringify({ status, title: '标题', detail: '说明', ...more }),
});

// Opens the page with a server that gives `sessions` one after the other (the last one again and again) and `found`.
async function visitWith({ sessions = [opened], found = household(), clock = false, ...window } = {}) {
  const seen = { posts: [], languages: [] };
  const visitor = await visit(browser, { ...window, answers: async (page) => {
    if (clock) await page.clock.install();
    await page.route(sessionsUrl, (route) => {
      seen.posts.push({ key: route.request().headers()['idempotency-key'], ...route.request().postDataJSON() });
      const given = sessions[Math.min(seen.posts.length, sessions.length) - 1];
      if (given === 'silence') return undefined;
      return given === 'no connection' ? route.abort() : route.fulfill(given);
    });
    await page.route(`${sessionsUrl}/current`, (route) => route.fulfill({ status: 204 }));
    await page.route(`${baseUrl}/v1/resident/case`, (route) => {
      seen.languages.push(route.request().headers()['accept-language']);
      return route.fulfill('status' in found ? found : { json: found });
    });
  } });
  return { ...visitor, seen };
}

const deletion = (page) => page.waitForRequest((request) => request.method() === 'DELETE' && request.headers().authorization === 'Bearer token');

const close = async (visitor) => {
  assertQuiet(visitor);
  await visitor.page.context().close();
};

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
  await lookUp(page, 'ABCD', '370102199001011234');
  assert.match(await trouble(page), /查询码是 12 位，您填了 4 位。\s+只要最后 6 位，您填了 18 位。/);
  assert.equal(await focused(page), 'code');
  assert.equal(await page.getAttribute('#last-six', 'aria-invalid'), 'true');
  await assertAccessible(page, 'the form with mistakes');
  assert.equal(seen.posts.length, 0);
  await close(visitor);
});

test('amounts and areas keep every digit, with unit and thousands separators', async () => {
  const visitor = await visitWith();
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  await answer(page);
  assert.equal(await page.innerText('[data-slot=amount]'), '1,250,056.70 元\n也就是 125万零56.7元');
  assert.equal(await page.innerText('[data-slot=floor-area]'), '1,186.50 平方米');
  await page.click('#language');
  assert.equal(await page.innerText('[data-slot=amount]'), '1,250,056.70 yuan');
  assert.equal(await page.innerText('[data-slot=floor-area]'), '1,186.50 m²');
  await close(visitor);

  const agreement = { ...household().agreement, amount: '90071992547409931.27' };
  const rich = await visitWith({ found: household({ agreement }) });
  await lookUp(rich.page, CODE, LAST_SIX);
  await answer(rich.page);
  assert.equal(await rich.page.innerText('[data-slot=amount]'), '90,071,992,547,409,931.27 元');
  await close(rich);
});

test('days are written out, and the deadline says how much time is left', async () => {
  const next = (due_on, days_left) => household({ next_step: { code: 'vacate', title: '腾空交房', due_on, days_left } });
  for (const [found, chinese, english] of [
    [next('2018-07-15', 15), /最迟 2018年7月15日\s+还有 15 天/, /By 15 July 2018\s+Days left: 15/],
    [next('2018-07-15', 0), /最迟 2018年7月15日\s+今天是最后一天/, /Today is the last day/],
    [next('2018-07-15', -3), /已经过了 3 天，请尽快联系/, /Days overdue: 3/],
    [next(undefined, undefined), /日期还没有定/, /No date is set yet/],
    [household({ next_step: { code: 'done', title: '手续已全部办完' } }), /^下一步\s+手续已全部办完\s+情况截至/, /^What happens next/],
    [household({ next_step: undefined }), /目前没有要您办的事/, /Nothing for you to do/],
  ]) {
    const visitor = await visitWith({ found });
    await lookUp(visitor.page, CODE, LAST_SIX);
    assert.match(await answer(visitor.page), chinese);
    await assertAccessible(visitor.page, `the next step ${chinese}`);
    await visitor.page.click('#language');
    assert.match(await answer(visitor.page), english);
    await close(visitor);
  }
});

test('what is not there yet is said in words', async () => {
  const found = household({ agreement: undefined, homes: [], needs: undefined, stage: 'registered', programme: { name: '真实项目', synthetic: false } });
  const visitor = await visitWith({ found });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  const told = await answer(page);
  for (const words of ['还没有协议。', '还没有定下安置房。', '没有登记这方面的事。']) assert.ok(told.includes(words), words);
  assert.ok(!told.includes('谁查过您家'));
  assert.equal(await page.locator('#synthetic').isVisible(), false);
  await assertAccessible(page, 'a case with little in it');
  await close(visitor);
});

test('homes, needs, contacts and lookups are listed, and synthetic data says so', async () => {
  const visitor = await visitWith({ found: household({
    homes: [{ estate: '测试小区', building: '3号楼', flat_no: '2-1102', area_m2: '98.40', inspection: 'failed', open_defects: 2 }],
    needs: [{ kind: 'schooling', status: 'arranged', due_on: '2018-08-31', provider: '测试小学' }],
    contacts: [{ role: 'village_office', name: '测试村办公室', phone: '0531-00000000' }],
    lookups: [{ at: '2018-06-30T18:30:00Z', channel: 'grid_worker' }],
    disclosures: [{ at: '2018-06-29T18:30:00Z', role: 'auditor', unit: '测试区', reason: 'dispute' }],
  }) });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  const told = await answer(page);
  for (const words of [/测试小区 3号楼\n2-1102/, /不合格，要整改/, /2 处/, /子女上学/, /2018年8月31日/, /2018年7月1日 02:30\s+网格员代查/, /2018年6月30日 02:30\s+测试区\s+审计\s+处理争议/]) assert.match(told, words);
  assert.equal(await page.getAttribute('.contact a', 'href'), 'tel:053100000000');
  assert.equal(await page.innerText('#synthetic'), '演示数据 / 合成数据，非真实住户');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('#synthetic').isVisible(), true);
  assert.equal(await page.locator('button:visible').count(), 0);
  await close(visitor);
});

test('a name is text, never markup', async () => {
  const holder = '<img src=x onerror="document.title=1">';
  const visitor = await visitWith({ found: household({ holder }) });
  await lookUp(visitor.page, CODE, LAST_SIX);
  await answer(visitor.page);
  assert.equal(await visitor.page.innerText('[data-slot=holder]'), holder);
  await close(visitor);
});

test('the server\'s refusal of a field is shown at the field', async () => {
  const errors = [{ pointer: '/id_last_six', code: 'format', detail: '只能是数字，末位可以是 X。' }];
  const visitor = await visitWith({ sessions: [problem(400, { errors })] });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  await trouble(page);
  assert.equal(await page.innerText('#last-six-wrong'), errors[0].detail);
  assert.equal(await focused(page), 'last-six');
  await close(visitor);
});

test('too many lookups: the page says how long to wait, in the language chosen', async () => {
  const visitor = await visitWith({ sessions: [problem(429, {}, { 'Retry-After': '290' })] });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  assert.match(await trouble(page), /标题\s+说明\s+请等 5 分钟再试。\s+还是不行，请给村改造办公室打电话/);
  await page.click('#language');
  assert.match(await trouble(page), /Try again in 5 min\./);
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
