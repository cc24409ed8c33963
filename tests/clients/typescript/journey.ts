// A household's way through the generated TypeScript client, against a running Anju.
import assert from 'node:assert/strict';
import { contract, fetched } from './support.js';

const STEPS: Record<string, () => Promise<void>> = {
  'the server serves the contract the client was made from': async () => {
    assert.deepEqual(await fetched('/v1/openapi.json'), contract);
  },
};

for (const [name, step] of Object.entries(STEPS)) {
  await step();
  console.log(`  typescript: ${name}`);
}
