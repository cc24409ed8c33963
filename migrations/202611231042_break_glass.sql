-- Emergencies (紧急查阅): somebody saw a household beyond their own units, for a while and with a
-- reason that another person examines afterwards.

create type break_glass_reason as enum
    ('danger_to_life', 'medical_emergency', 'missing_person', 'disaster', 'other');
create type break_glass_finding as enum ('justified', 'unjustified');

create table break_glass_access (
    id             uuid primary key,
    -- Null when nothing or more than one was found: whoever tries is examined as well.
    household_id   uuid constraint break_glass_access_household references household (id),
    client_id      uuid not null,
    staff_id       uuid not null constraint break_glass_access_staff references staff (id),
    role           staff_role not null,
    -- Where they work.
    org_unit_id    uuid not null constraint break_glass_access_org_unit references org_unit (id),
    reason         break_glass_reason not null,
    -- A text somebody typed, so encrypted.
    note_sealed    bytea not null,
    opened_at      timestamptz not null,
    expires_at     timestamptz not null,
    -- So often it was read.
    readings       integer not null default 0,
    finding        break_glass_finding,
    finding_sealed bytea,
    reviewed_by    uuid,
    reviewed_at    timestamptz,
    version        integer not null default 1,
    constraint break_glass_access_while check
        (expires_at > opened_at and expires_at <= opened_at + interval '4 hours'),
    constraint break_glass_access_review check
        ((finding is null) = (reviewed_by is null) and (finding is null) = (reviewed_at is null)
         and (finding is null) = (finding_sealed is null))
);
create index break_glass_access_by_time on break_glass_access (opened_at desc, id desc);
create index break_glass_access_by_household on break_glass_access (household_id);
create index break_glass_access_by_staff on break_glass_access (staff_id, opened_at desc);

alter table break_glass_access enable row level security;
-- Of whoever works there, and of whoever answers for the household.
create policy scope on break_glass_access using (
    current_setting('anju.reach', true) = 'district'
    or org_unit_id = any ((select nullif(current_setting('anju.units', true), '')::uuid[])::uuid[])
    or exists (select from household h where h.id = household_id));

-- Nobody takes back that they looked.
grant select, insert on break_glass_access to anju_service;
grant update (readings, note_sealed, finding, finding_sealed, reviewed_by, reviewed_at, version)
    on break_glass_access to anju_service;
