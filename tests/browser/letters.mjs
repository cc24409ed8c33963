// The printable letters, printed: one household, one sheet of A4, however long its names are.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { baseUrl, launch, required } from './browser.mjs';

const keys = JSON.parse(await readFile(required('DEMO_KEYS'), 'utf8'));

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

async function post(role, path, body) {
  const answer = await fetch(`${baseUrl}/v1${path}`, {
    method: 'POST', body: JSON.stringify(body),
    headers: { Authorization: `Bearer ${keys[role]}`, 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
  });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer;
}
const made = async (role, path, body) => (await post(role, path, body)).json();

const long = (word, length) => word.repeat(length).slice(0, length);

// The letters of a fresh parcel of a synthetic programme, with three households.
async function letters({ office, place, address, pageAddress, number }) {
  const programme = await made('district_admin', '/programmes', {
    name: `通知单测试 ${randomUUID()}`, year: 2018, target_villages: 1, target_areas: 0, target_demolition_m2: '1000.00', synthetic: true,
  });
  const parcel = await made('district_admin', '/parcels', {
    programme_id: programme.id, code: 'DY', name: place, kind: 'old_village', legal_track: 'agreement_relocation',
    subdistrict: '七贤街道', households_planned: 3, area_planned_m2: '300.00', contact_name: office, contact_phone: '0531-00000000',
  });
  for (const place of [1, 2, 3]) {
    await made('case_officer', '/households', {
      parcel_id: parcel.id, household_no: number + place, holder_name: '阿卜杜拉·买买提', address,
      persons: [{ name: '张三', relation: '02', holder: true, document: { kind: 'passport', number: `E1234567${place}` } }],
      structures: [{ seq: 1, use: 'residential', recognised_area_m2: '100.00' }],
    });
  }
  return (await post('case_officer', `/parcels/${parcel.id}/lookup-letters`, { page_address: pageAddress })).text();
}

async function sheets(html, name) {
  const page = await browser.newPage();
  await page.setContent(html);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  await page.close();
  if (process.env.KEEP_PDF) await writeFile(`${process.env.KEEP_PDF}/${name}.pdf`, pdf);
  return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
}

for (const [name, texts] of Object.entries({
  usual: { office: '某某片区改造办公室', place: '某某片区', address: '查询村 12 号', pageAddress: 'https://anju.example.gov.cn', number: 'CX-' },
  long: {
    office: long('示例区某某街道旧村及棚户区改造', 30), place: long('某某片区', 20), address: long('查询村东二巷北段', 40),
    pageAddress: `https://${long('anju.example.', 52)}`, number: '济中棚改-2018-',
  },
  longest: {
    office: long('示例区某某街道旧村及棚户区改造', 120), place: long('某某片区', 120), address: long('查询村东二巷北段', 120),
    pageAddress: `https://${long('anju.example.', 112)}`, number: long('济中棚改', 59),
  },
})) {
  test(`every letter with ${name} names is one sheet`, async () => {
    const html = await letters(texts);
    assert.equal(html.split('class="code"').length - 1, 3);
    assert.equal(await sheets(html, name), 3);
  });
}

test('a letter that did not fit would be seen', async () => {
  const html = await letters({ office: '办公室', place: '某某片区', address: '查询村 12 号', pageAddress: 'https://anju.example', number: 'CX-' });
  const twice = html.replaceAll('<h2>怎么查</h2>', `<p>${long('字', 2500)}</p><h2>怎么查</h2>`);
  assert.ok(await sheets(twice, 'twice') > 3);
});
