// What the resident page shows of a case, with answers put in place of the server's: what no demo household can show on demand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, assertAccessible, lookUp } from './browser.mjs';
import { CODE, LAST_SIX, close, household, visitWith } from './pretended.mjs';

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
    [next(undefined, undefined), /日期还没有定/, /No date is set yet/],
    [household({ next_step: { code: 'done', title: '安置房已交付，安置手续已办完' } }), /^下一步\s+安置房已交付，安置手续已办完\s+有疑问请打电话 12345\s+情况截至/, /^What happens next/],
    [household({ next_step: { code: 'follow_up', title: '房子已交付。还有没办完的事：房屋维修 1 处，正在办理' } }), /正在办理\s+有疑问/, /Questions\? Call 12345/],
    [household({ next_step: { code: 'ask_office', title: '签约期限已于2018年5月2日结束' } }), /已于2018年5月2日结束\s+有疑问请打电话 12345/, /Questions\? Call 12345/],
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

test('moving out keeps a line and a step of its own while another step comes next', async () => {
  const visitor = await visitWith({ width: 320, found: household({
    stage: 'home_assigned', next_step: { code: 'collect_keys', title: '领取安置房钥匙' },
    moving_out: { code: 'vacate', title: '腾空房屋，办理搬迁', due_on: '2026-12-31', days_left: 37 },
  }) });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  await answer(page);
  assert.match(await page.innerText('[data-slot=moving-out]'), /^腾空房屋，办理搬迁 · \s*最迟 2026年12月31日$/);
  assert.match(await page.innerText('#moving'), /^腾空搬迁\s+最迟 2026年12月31日$/);
  await assertAccessible(page, 'two steps at once');
  await page.click('#language');
  assert.match(await page.innerText('#moving'), /by 31 December 2026/);
  await close(visitor);

  for (const [stage, code, words] of [['registered', 'sign', /还没到/], ['signed', 'vacate', /现在要办/], ['signed', 'wait_for_home', /按协议约定办理/], ['handed_over', 'done', /已完成/]]) {
    const found = household({ stage, next_step: { code, title: '下一步' } });
    const other = await visitWith({ found });
    await lookUp(other.page, CODE, LAST_SIX);
    await answer(other.page);
    assert.match(await other.page.innerText('#moving'), words, `${stage} ${code}`);
    await close(other);
  }
});

test('a void agreement shows its day and no amount', async () => {
  const agreement = { ...household().agreement, status: 'void', voided_on: '2026-11-12' };
  const visitor = await visitWith({ found: household({ agreement, stage: 'registered' }) });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  const told = await answer(page);
  assert.match(told, /原协议已于 2026年11月12日 作废，金额不再有效。/);
  assert.ok(!told.includes('1,250,056.70') && !told.includes('协议金额'));
  await close(visitor);
});

test('a check that failed does not say that there is nothing to put right', async () => {
  const home = (inspection, open_defects) => ({ estate: '测试小区', building: '3号楼', flat_no: '1', area_m2: '98.40', inspection, open_defects });
  const visitor = await visitWith({ found: household({ homes: [home('failed', 0), home('passed', 0), home('failed', 3)] }) });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  await answer(page);
  const shown = await page.locator('[data-slot=defects]').evaluateAll((slots) => slots.map((slot) => slot.closest('div').hidden || slot.innerText));
  assert.deepEqual(shown, [true, '没有', '3 处']);
  await close(visitor);
});

test('needs say whose they are, that they are late, and how they ended', async () => {
  const need = (more) => ({ kind: 'medical', person_name: '王*', status: 'closed', due_on: '2026-11-01', overdue: false, ...more });
  const needs = [need({ status: 'open', overdue: true }), need({ outcome: 'withdrawn' }), need({ outcome: 'moved_away' }), need({ outcome: 'met' })];
  const visitor = await visitWith({ found: household({ needs, as_of: '2026-11-24' }) });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  const told = await answer(page);
  for (const words of ['王*', '应在11月1日前办好，现已超过，我们正在催办', '已撤回', '已迁出，不再办理', '已办完']) assert.ok(told.includes(words), words);
  assert.ok(!told.includes('最迟 2026年11月1日'));
  await page.click('#language');
  assert.ok((await answer(page)).includes('Was due 1 November and is late; we are following up'));
  await close(visitor);
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
    lookups: Array.from({ length: 7 }, () => ({ at: '2018-06-30T18:30:00Z', channel: 'grid_worker', assistant: '张网格' })),
  }) });
  const { page } = visitor;
  await lookUp(page, CODE, LAST_SIX);
  const told = await answer(page);
  for (const words of [/测试小区 3号楼\n2-1102/, /不合格，要整改/, /2 处/, /子女上学/, /2018年8月31日/, /2018年7月1日 02:30\s+网格员代查（张网格）/]) assert.match(told, words);
  assert.equal(await page.getAttribute('.contact a', 'href'), 'tel:053100000000');
  assert.equal(await page.innerText('#synthetic'), '演示数据 / 合成数据，非真实住户');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('#synthetic').isVisible(), true);
  assert.equal(await page.locator('button:visible').count(), 0);
  assert.equal(await page.locator('[data-list=lookup] li:visible').count(), 5);
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
