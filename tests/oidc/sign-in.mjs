// The first administrator signs in with password and code, and from then on with tokens of an
// OpenID Connect server. BASE_URL, ISSUER, AUDIENCE and PASSWORD come from ./run.

import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { provider, signIn } from './provider.mjs';

const { BASE_URL, ISSUER, AUDIENCE, PASSWORD } = process.env;
const tokens = { alg: 'RS256', audience: AUDIENCE };
let server;
let admin;

async function ask(method, path, { token, body, version } = {}) {
  const answer = await fetch(`${BASE_URL}/v1${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
      ...(body && { 'content-type': 'application/json' }),
      ...(version && { 'if-match': `"${version}"` }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, json: text && JSON.parse(text) };
}

async function done(status, ...asked) {
  const answer = await ask(...asked);
  assert.equal(answer.status, status, `${asked[1]}: ${JSON.stringify(answer.json)}`);
  return answer.json;
}

// RFC 6238.
function codeOf(secret) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((c) => letters.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const tag = createHmac('sha1', key).update(step).digest();
  const word = tag.readUInt32BE(tag[19] & 15) & 0x7fffffff;
  return String(word % 1_000_000).padStart(6, '0');
}

before(async () => {
  server = await provider(ISSUER, tokens);
  const first = { login: 'admin.wang', password: PASSWORD };
  const { token } = await done(201, 'POST', '/sessions', { body: first });
  const chosen = { current: PASSWORD, new: 'Kiefer-27-Wald' };
  await done(204, 'POST', '/me/password', { token, body: chosen });
  const { secret } = await done(201, 'POST', '/me/second-factor', { token });
  const code = { code: codeOf(secret) };
  await done(204, 'POST', '/me/second-factor/confirmations', { token, body: code });
  admin = { token, ...(await done(200, 'GET', '/me', { token })) };
  const identity = { staff_id: admin.staff_id, subject: 'wang' };
  admin.identity = await done(201, 'POST', '/oidc-identities', { token, body: identity });
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const accessToken = async (name, alg = 'RS256', audience = AUDIENCE) => {
  Object.assign(tokens, { alg, audience });
  const given = await signIn(ISSUER, name, audience);
  return given.access_token;
};

for (const alg of ['RS256', 'ES256', 'EdDSA']) {
  test(`a token signed with ${alg} is its owner`, async () => {
    const token = await accessToken('wang', alg);
    assert.equal(JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).alg, alg);
    const me = await done(200, 'GET', '/me', { token });
    assert.equal(me.staff_id, admin.staff_id);
    assert.deepEqual(me.posts, admin.posts);
  });
}

test('what is not an access token for Anju of somebody known here opens nothing', async () => {
  const good = await accessToken('wang');
  const [head, , signature] = good.split('.');
  const stranger = await accessToken('li');
  const elsewhere = await accessToken('wang', 'RS256', 'https://other.example.org');
  const identity = await signIn(ISSUER, 'wang');
  const forged = `${head}.${stranger.split('.')[1]}.${signature}`;
  const bad = { stranger, elsewhere, id: identity.id_token, opaque: identity.access_token, forged };
  for (const [what, token] of Object.entries(bad)) {
    const answer = await ask('GET', '/me', { token });
    assert.equal(answer.status, 401, what);
    assert.equal(answer.json.code, 'unauthenticated', what);
  }
  await done(200, 'GET', '/me', { token: good });
});

test('an identity that is removed is nobody with the next request', async () => {
  const token = await accessToken('wang');
  await done(200, 'GET', '/me', { token });
  const path = `/oidc-identities/${admin.identity.id}/removals`;
  await done(200, 'POST', path, { token: admin.token, version: 1 });
  await done(401, 'GET', '/me', { token });
});
