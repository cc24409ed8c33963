-- Who saw a household in clear (查看明文), and why: in the trail, and in the resident's own case.

create type disclosure_reason as enum ('call_back', 'site_visit', 'verification', 'dispute', 'other', 'emergency');

create table disclosure (
    id           uuid primary key,
    household_id uuid not null constraint disclosure_household references household (id),
    client_id    uuid not null,
    -- The member of staff behind the key or session, when it is known.
    staff_id     uuid,
    role         staff_role not null,
    -- Where they worked.
    org_unit_id  uuid not null constraint disclosure_org_unit references org_unit (id),
    reason       disclosure_reason not null,
    -- A text somebody typed, so encrypted.
    note_sealed  bytea,
    disclosed_at timestamptz not null
);
create index disclosure_by_household on disclosure (household_id, disclosed_at desc, id desc);

alter table disclosure enable row level security;
create policy scope on disclosure using (
    exists (select from household h where h.id = household_id));

-- Nobody takes back that they looked.
grant select, insert on disclosure to anju_service;

-- Who saw a household: residents' lookups and staff's disclosures, the last 20 of each, as the
-- resident's case tells them.
create view household_access with (security_invoker) as
select h.id as household_id,
       (select coalesce(json_agg(json_build_object('at', l.opened_at, 'channel', l.channel,
                                                   'assistant', l.assistant)
                            order by l.opened_at desc, l.id desc), '[]')
          from (select id, opened_at, channel, assistant from resident_session
                 where household_id = h.id
                 order by opened_at desc, id desc limit 20) l) as lookups,
       (select coalesce(json_agg(json_build_object('at', d.disclosed_at, 'role', d.role,
                                                   'unit', u.name, 'reason', d.reason)
                            order by d.disclosed_at desc, d.id desc), '[]')
          from (select id, disclosed_at, role, org_unit_id, reason from disclosure
                 where household_id = h.id
                 order by disclosed_at desc, id desc limit 20) d
          join org_unit u on u.id = d.org_unit_id) as disclosures
  from household h;
grant select on household_access to anju_service;

-- The same as of the household itself, without asking for it key by key.
alter table household_name_key enable row level security;
create policy scope on household_name_key using (
    (select current_setting('anju.reach', true)) = 'district'
    or org_unit_id = any ((select nullif(current_setting('anju.units', true), '')::uuid[])::uuid[])
       and (coalesce(current_setting('anju.parcels', true), '') = '' or parcel_id = any ((select nullif(current_setting('anju.parcels', true), '')::uuid[])::uuid[])));

-- How far everything sealed is on its way to newer keys; kept batch by batch, so that the work may
-- be interrupted anywhere.
create table key_rotation (
    id          uuid primary key,
    -- The general key that seals after it; those for health and schooling were made with it.
    general_key smallint not null constraint key_rotation_key_once unique,
    -- The place in the list of sealed columns, and the last row done there.
    step        smallint not null default 0,
    after_id    uuid,
    resealed    bigint not null default 0,
    started_at  timestamptz not null,
    finished_at timestamptz
);
grant select, insert, update on key_rotation to anju_service;
-- A note is sealed anew, never said anew.
grant update (note_sealed) on disclosure to anju_service;
