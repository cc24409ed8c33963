// Where Anju answers and with which keys: what every step of the journey starts from.
import { readFileSync } from 'node:fs';
import createClient from 'openapi-fetch';
import type { paths } from './generated/contract.js';

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run tests/clients/run`);
  return value;
};

export const BASE_URL = setting('BASE_URL');
export const contract: unknown = JSON.parse(readFileSync(setting('CONTRACT'), 'utf8'));
const keys: Record<string, string> = JSON.parse(readFileSync(setting('DEMO_KEYS'), 'utf8'));

/** The generated client, as a member of staff in this role. */
export const staff = (role: string) =>
  createClient<paths>({
    baseUrl: BASE_URL,
    headers: { Authorization: `Bearer ${keys[role]}` },
  });

/** The generated client, without a credential. */
export const anyone = () => createClient<paths>({ baseUrl: BASE_URL });

/** JSON from a path outside the contract. */
export const fetched = async (path: string): Promise<unknown> => {
  const answer = await fetch(`${BASE_URL}${path}`);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
};
