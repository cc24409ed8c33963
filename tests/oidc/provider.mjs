// An OpenID Connect server that nobody of Anju wrote: the certified `oidc-provider`, on this
// machine, with one client and anybody who types a name.

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const CLIENT = { id: 'desk', secret: randomBytes(32).toString('hex') };
const BACK = 'http://127.0.0.1:9/back';

const jwk = (kind, options, alg) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }),
  alg,
  use: 'sig',
  kid: `${alg}-${randomBytes(4).toString('hex')}`,
});

// Serves at `issuer`. `tokens.alg` decides how access tokens are signed, `tokens.audience` for
// whom they are.
export async function provider(issuer, tokens) {
  const server = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [BACK],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        // It prefers https; this one never leaves the machine.
        application_type: 'native',
      },
    ],
    cookies: { keys: [randomBytes(32).toString('hex')] },
    jwks: {
      keys: [
        jwk('rsa', { modulusLength: 2048 }, 'RS256'),
        jwk('ec', { namedCurve: 'P-256' }, 'ES256'),
        jwk('ed25519', {}, 'EdDSA'),
      ],
    },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'desk',
          audience: tokens.audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: tokens.alg } },
        }),
      },
    },
  });
  const { hostname, port } = new URL(issuer);
  const listening = createServer(server.callback()).listen(Number(port), hostname);
  await once(listening, 'listening');
  return listening;
}

// Signs somebody in as a browser would, and returns what the client is given for the code.
export async function signIn(issuer, name, resource) {
  const cookies = new Map();
  const verifier = randomBytes(32).toString('base64url');
  const ask = async (address, form) => {
    const answer = await fetch(new URL(address, issuer), {
      method: form ? 'POST' : 'GET',
      body: form && new URLSearchParams(form),
      headers: { cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join('; ') },
      redirect: 'manual',
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, key, value] = /^([^=]+)=([^;]*)/.exec(line);
      cookies.set(key, value);
    }
    return answer;
  };
  const wanted = new URLSearchParams({
    client_id: CLIENT.id,
    redirect_uri: BACK,
    response_type: 'code',
    scope: 'openid desk',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(resource && { resource }),
  });
  let at = `/auth?${wanted}`;
  for (let step = 0; step < 12 && !at.startsWith(BACK); step += 1) {
    let answer = await ask(at);
    if (answer.status === 200) {
      const page = await answer.text();
      const prompt = /name="prompt" value="([^"]+)"/.exec(page)[1];
      answer = await ask(at, { prompt, login: name, password: 'any' });
    }
    const next = answer.headers.get('location');
    if (!next) throw new Error(`${at} answered ${answer.status}: ${await answer.text()}`);
    at = next.replace(issuer, '');
  }
  const code = new URL(at).searchParams.get('code');
  if (!code) throw new Error(`no code: ${at}`);
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`,
    },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: BACK,
      code_verifier: verifier,
      ...(resource && { resource }),
    }),
  });
  const given = await answer.json();
  if (!given.access_token) throw new Error(`no token: ${JSON.stringify(given)}`);
  return given;
}
