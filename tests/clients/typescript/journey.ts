// A household's way through the generated TypeScript client, against a running Anju.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/contract.js';
import { BASE_URL, anyone, contract, fetched, staff } from './support.js';

type Schemas = components['schemas'];

// A region nobody lives in; the last digit is the check digit of GB 11643.
const CITIZEN_NUMBER = '370199198001010022';

const fresh = () => ({ 'Idempotency-Key': randomUUID() });
const seen = (version: number) => ({ ...fresh(), 'If-Match': `"${version}"` });

/** What the client parsed, or the problem as the end of the journey. */
const done = <T>(answer: { data?: T; error?: unknown; response: Response }): T => {
  const { data, error, response } = answer;
  if (data === undefined) {
    throw new Error(`${response.url} answered ${response.status}: ${JSON.stringify(error)}`);
  }
  return data;
};

const finished = async (role: string, job_id: string): Promise<void> => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const job = done(await staff(role).GET('/v1/jobs/{job_id}', { params: { path: { job_id } } }));
    if (job.state !== 'queued' && job.state !== 'running') {
      assert.equal(job.state, 'succeeded');
      return;
    }
    await wait(100);
  }
  throw new Error(`job ${job_id} does not end`);
};

/** A synthetic programme with one parcel and a roster of one household. */
const loadedParcel = async () => {
  const admin = staff('district_admin');
  const programme = done(
    await admin.POST('/v1/programmes', {
      params: { header: fresh() },
      body: {
        name: `TypeScript ${randomUUID()}`, year: 2018, target_villages: 1, target_areas: 0,
        target_demolition_m2: '1000.00', synthetic: true,
      },
    }),
  );
  const parcel = done(
    await admin.POST('/v1/parcels', {
      params: { header: fresh() },
      body: {
        programme_id: programme.id, code: 'TS', name: '字村', kind: 'old_village',
        legal_track: 'agreement_relocation', subdistrict: '七贤街道', households_planned: 1,
        area_planned_m2: '120.50',
      },
    }),
  );
  const roster =
    'parcel_code,household_no,holder_name,address,id_number,recognised_area_m2\n' +
    `TS,T-1,张小三,字村 1 号,${CITIZEN_NUMBER},120.50\n`;
  const queued = done(
    await staff('case_officer').POST('/v1/imports', {
      params: { header: fresh() },
      body: { file: roster, kind: 'roster', mode: 'commit', programme_id: programme.id },
      bodySerializer: ({ file, ...fields }) => {
        const form = new FormData();
        Object.entries(fields).forEach(([name, value]) => form.set(name, value));
        form.set('file', new Blob([file], { type: 'text/csv' }), 'roster.csv');
        return form;
      },
    }),
  );
  await finished('case_officer', queued.job_id);
  const path = { import_id: queued.id };
  const loaded = await staff('case_officer').GET('/v1/imports/{import_id}', { params: { path } });
  assert.equal(done(loaded).committed, true);
  const { response } = await admin.POST('/v1/parcels/{parcel_id}/rosters', {
    params: { path: { parcel_id: parcel.id }, header: fresh() },
  });
  assert.equal(response.status, 201);
  return { programme, parcel };
};

const signedHousehold = async (parcel: Schemas['Parcel']) => {
  const officer = staff('case_officer');
  const query = { parcel_id: parcel.id };
  const page = done(await officer.GET('/v1/households', { params: { query } }));
  const household_id = page.items[0]!.id;
  const path = { household_id };
  const household = done(await officer.GET('/v1/households/{household_id}', { params: { path } }));
  const draft = done(
    await officer.POST('/v1/agreements', {
      params: { header: fresh() },
      body: {
        household_id, agreement_no: `TS-${randomUUID()}`, floor_area_m2: '120.50',
        amount: '1250000.00',
      },
    }),
  );
  const signed = done(
    await officer.POST('/v1/agreements/{agreement_id}/signatures', {
      params: { path: { agreement_id: draft.id }, header: seen(draft.version) },
      body: { signed_on: '2018-03-05' },
    }),
  );
  assert.deepEqual([signed.status, signed.amount], ['signed', '1250000.00']);
  const rate = await staff('auditor').GET('/v1/parcels/{parcel_id}/signing-rate', {
    params: { path: { parcel_id: parcel.id } },
  });
  assert.equal(done(rate).households.share, '1.0000');
  return household;
};

const homeOf = async (programme: Schemas['Programme'], household: Schemas['Household']) => {
  const admin = staff('district_admin');
  const officer = staff('case_officer');
  const estate = done(
    await admin.POST('/v1/estates', {
      params: { header: fresh() },
      body: { programme_id: programme.id, name: '字村小区', address: '安居路 2 号' },
    }),
  );
  const building = done(
    await admin.POST('/v1/estates/{estate_id}/buildings', {
      params: { path: { estate_id: estate.id }, header: fresh() },
      body: { name: '1号楼', floors: 6 },
    }),
  );
  const flat = done(
    await admin.POST('/v1/buildings/{building_id}/flats', {
      params: { path: { building_id: building.id }, header: fresh() },
      body: { flat_no: '1-101', area_m2: '88.60' },
    }),
  );
  const assigned = done(
    await officer.POST('/v1/flats/{flat_id}/assignments', {
      params: { path: { flat_id: flat.id }, header: seen(flat.version) },
      body: { household_id: household.id, assigned_on: '2018-11-01' },
    }),
  );
  const handOver = () =>
    officer.POST('/v1/flats/{flat_id}/handovers', {
      params: { path: { flat_id: flat.id }, header: seen(assigned.version) },
      body: { handed_over_on: '2018-12-01', keys: 3 },
    });
  const early = await handOver();
  assert.equal(early.response.status, 409);
  assert.deepEqual(early.error?.errors?.map((e) => e.code), ['no-inspection']);
  const inspection = done(
    await staff('inspector').POST('/v1/inspections', {
      params: { header: fresh() },
      body: {
        flat_id: flat.id, inspected_on: '2018-11-20', inspector: '演示检查组',
        items: [{ item: '室内净高', unit: 'mm', lower: '2785', upper: '2815', points: ['2800'] }],
      },
    }),
  );
  assert.equal(inspection.result, 'passed');
  return done(await handOver());
};

const metNeed = async (household: Schemas['Household']) => {
  const desk = staff('needs_officer');
  const need = done(
    await desk.POST('/v1/needs', {
      params: { header: fresh() },
      body: { person_id: household.persons[0]!.id, kind: 'medical', due_on: '2018-12-31' },
    }),
  );
  const path = { need_id: need.id };
  const arranged = done(
    await desk.POST('/v1/needs/{need_id}/arrangements', {
      params: { path, header: seen(need.version) },
      body: { provider: '社区卫生服务中心', arranged_on: '2018-06-01' },
    }),
  );
  done(
    await desk.POST('/v1/needs/{need_id}/closures', {
      params: { path, header: seen(arranged.version) },
      body: { outcome: 'met', closed_on: '2018-07-01' },
    }),
  );
};

const seenByTheResident = async (household: Schemas['Household'], flat: Schemas['Flat']) => {
  const code = done(
    await staff('case_officer').POST('/v1/households/{household_id}/lookup-codes', {
      params: { path: { household_id: household.id }, header: fresh() },
    }),
  );
  const session = done(
    await anyone().POST('/v1/resident/sessions', {
      params: { header: fresh() },
      body: {
        lookup_code: code.lookup_code, id_last_six: CITIZEN_NUMBER.slice(-6), channel: 'self',
      },
    }),
  );
  const headers = { Authorization: `Bearer ${session.token}` };
  const resident = createClient<paths>({ baseUrl: BASE_URL, headers });
  const seenCase = done(await resident.GET('/v1/resident/case'));
  assert.deepEqual([seenCase.stage, seenCase.holder], ['handed_over', '张*三']);
  assert.deepEqual(seenCase.homes.map((home) => home.flat_no), [flat.flat_no]);
};

const reported = async (programme: Schemas['Programme']) => {
  const auditor = staff('auditor');
  const report = done(
    await auditor.POST('/v1/reports', {
      params: { header: fresh() },
      body: { programme_id: programme.id, kind: 'signing-progress', language: 'zh' },
    }),
  );
  await finished('auditor', report.links.job.split('/').at(-1)!);
  const path = { report_id: report.id };
  const document = done(await auditor.GET('/v1/reports/{report_id}/json', { params: { path } }));
  assert.equal(document.kind, 'signing-progress');
  assert.equal(document.rows.length, 1);
};

const STEPS: Record<string, () => Promise<void>> = {
  'the server serves the contract the client was made from': async () => {
    assert.deepEqual(await fetched('/v1/openapi.json'), contract);
  },
  'a household goes from the roster to the keys': async () => {
    const { programme, parcel } = await loadedParcel();
    const household = await signedHousehold(parcel);
    const flat = await homeOf(programme, household);
    await metNeed(household);
    await seenByTheResident(household, flat);
    await reported(programme);
  },
};

for (const [name, step] of Object.entries(STEPS)) {
  await step();
  console.log(`  typescript: ${name}`);
}
