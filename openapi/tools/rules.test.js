// Each house rule is broken once, in a copy of sample.json, and must say so; the sample
// itself must pass. Run by `openapi/lint --test`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const SAMPLE = readFileSync(join(here, 'sample.json'), 'utf8');

const read = (doc) => doc.paths['/v1/households/{household_id}/agreements/{agreement_id}'].get;
const sign = (doc) => doc.paths['/v1/agreements/{agreement_id}/signatures'].post;
const open = (doc) => doc.paths['/v1/resident/sessions'].post;

const rename = (doc, from, to) => {
  doc.paths[to] = doc.paths[from];
  delete doc.paths[from];
};

/** What breaks which rule: name of the case → [rule, change to the sample]. */
const BROKEN = {
  'no summary': ['anju-operation-summary', (doc) => delete read(doc).summary],
  'no description': ['anju-operation-description', (doc) => delete read(doc).description],
  'no tag': ['anju-operation-tags', (doc) => delete read(doc).tags],
  'two tags': ['anju-operation-tags', (doc) => read(doc).tags.push('Lookup')],
  'no operationId': ['anju-operation-id', (doc) => delete read(doc).operationId],
  'operationId in snake_case': [
    'anju-operation-id',
    (doc) => (read(doc).operationId = 'get_agreement'),
  ],
  'operationId in PascalCase': [
    'anju-operation-id',
    (doc) => (read(doc).operationId = 'GetAgreement'),
  ],
  'no security': ['anju-operation-security', (doc) => delete read(doc).security],
  'public but not on the list': ['anju-operation-security', (doc) => (read(doc).security = [])],
  'security that may be left out': [
    'anju-operation-security',
    (doc) => read(doc).security.push({}),
  ],
  'no error response at all': [
    'anju-problem-responses',
    (doc) => {
      const [status] = Object.keys(open(doc).responses);
      open(doc).responses = { [status]: open(doc).responses[status] };
    },
  ],
  'an error response as plain JSON': [
    'anju-problem-responses',
    (doc) => {
      const { content } = doc.components.responses.Problem;
      content['application/json'] = content['application/problem+json'];
      delete content['application/problem+json'];
    },
  ],
  'an error response without a body': [
    'anju-problem-responses',
    (doc) => (read(doc).responses['404'] = { description: 'No such agreement.' }),
  ],
  'a secured operation without 401': [
    'anju-problem-responses',
    (doc) => delete read(doc).responses['401'],
  ],
  'a secured operation without 403': [
    'anju-problem-responses',
    (doc) => delete read(doc).responses['403'],
  ],
  'an object without 404': ['anju-problem-responses', (doc) => delete read(doc).responses['404']],
  'a body without 415': ['anju-problem-responses', (doc) => delete open(doc).responses['415']],
  'If-Match without 428': ['anju-problem-responses', (doc) => delete sign(doc).responses['428']],
  'Idempotency-Key without 409': [
    'anju-problem-responses',
    (doc) => delete sign(doc).responses['409'],
  ],
  'a request body without an example': [
    'anju-request-example',
    (doc) => delete open(doc).requestBody.content['application/json'].example,
  ],
  'a success response without an example': [
    'anju-success-example',
    (doc) => delete doc.components.schemas.Agreement.examples,
  ],
  'money as a number': [
    'anju-exact-numbers',
    (doc) => (doc.components.schemas.Agreement.properties.amount = { type: 'number' }),
  ],
  'money as a nullable number in a parameter': [
    'anju-exact-numbers',
    (doc) => (sign(doc).parameters[1].schema = { type: ['null', 'number'] }),
  ],
  'a parameter that says nothing': [
    'anju-parameter-description',
    (doc) => delete sign(doc).parameters[1].description,
  ],
  'a shared parameter that says nothing': [
    'anju-parameter-description',
    (doc) => delete doc.components.parameters.HouseholdId.description,
  ],
  'a trailing slash': [
    'anju-path-style',
    (doc) => rename(doc, '/v1/resident/sessions', '/v1/resident/sessions/'),
  ],
  'a path in snake_case': [
    'anju-path-style',
    (doc) => rename(doc, '/v1/resident/sessions', '/v1/resident_sessions'),
  ],
  'a parameter in the style of the framework': [
    'anju-path-style',
    (doc) =>
      rename(doc, '/v1/agreements/{agreement_id}/signatures', '/v1/agreements/:agreement_id/signatures'),
  ],
  'path parameters in another order': [
    'anju-path-parameter-order',
    (doc) =>
      doc.paths['/v1/households/{household_id}/agreements/{agreement_id}'].parameters.reverse(),
  ],
};

const folder = mkdtempSync(join(tmpdir(), 'anju-rules-'));
const findings = new Map();

const fileOf = (name) => `${name.replaceAll(/\W+/g, '-')}.json`;

before(() => {
  writeFileSync(join(folder, 'sample.json'), SAMPLE);
  for (const [name, [, change]] of Object.entries(BROKEN)) {
    const doc = JSON.parse(SAMPLE);
    change(doc);
    writeFileSync(join(folder, fileOf(name)), JSON.stringify(doc));
  }
  const ruleset = join(here, '..', '.spectral.yaml');
  const run = spawnSync(
    join(here, 'node_modules', '.bin', 'spectral'),
    ['lint', '--ruleset', ruleset, '--format', 'json', '--quiet', join(folder, '*.json')],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  assert.equal(run.stderr, '', 'the rules themselves must not fail');
  for (const { source, code } of JSON.parse(run.stdout)) {
    const name = basename(source);
    findings.set(name, (findings.get(name) ?? new Set()).add(code));
  }
});

after(() => rmSync(folder, { recursive: true }));

test('the sample keeps every rule', () => {
  assert.deepEqual([...(findings.get('sample.json') ?? [])], []);
});

for (const [name, [rule]] of Object.entries(BROKEN)) {
  test(`${name} breaks ${rule}`, () => {
    const found = [...(findings.get(fileOf(name)) ?? [])];
    assert.ok(found.includes(rule), `found only: ${found.join(', ') || 'nothing'}`);
  });
}
