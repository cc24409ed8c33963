// A server that answers as the test says, in place of the real one.
import { after, before } from 'node:test';
import { assertQuiet, baseUrl, launch, sessionsUrl, visit } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

export const CODE = 'ABCD1234WXYZ';
export const LAST_SIX = '12345X';

export const household = (changes) => ({
  programme: { name: '测试项目', synthetic: true }, parcel: { name: '测试村', kind: 'old_village', stage: 'build' },
  household_no: 'TEST-0001', holder: '张*三', floor_area_m2: '1186.50', as_of: '2018-06-30', stage: 'signed',
  next_step: { code: 'vacate', title: '腾空交房', due_on: '2018-07-15', days_left: 15 },
  agreement: { agreement_no: 'TEST-2018-0001', status: 'signed', signed_on: '2018-03-04', floor_area_m2: '186.50', amount: '1250056.70' },
  ...changes,
});
export const opened = { status: 201, json: { token: 'token', expires_at: '2030-01-01T00:00:00Z' } };
export const problem = (status, more = {}, headers = {}) => ({
  status, headers, contentType: 'application/problem+json', body: JSON.stringify({ status, title: '标题', detail: '说明', ...more }),
});

// Opens the page with a server that gives `sessions` one after the other (the last one again and again) and `found`.
export async function visitWith({ sessions = [opened], found = household(), clock = false, ...window } = {}) {
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

export const deletion = (page) => page.waitForRequest((request) => request.method() === 'DELETE' && request.headers().authorization === 'Bearer token');

export const close = async (visitor) => {
  assertQuiet(visitor);
  await visitor.page.context().close();
};
