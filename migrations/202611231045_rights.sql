-- Requests of persons about their own data (个人信息权利请求, PIPL 44–50): cases with a clock.

create type data_request_kind as enum ('export', 'correction', 'erasure');
create type data_request_state as enum ('received', 'accepted', 'refused', 'done', 'withdrawn');
create type data_request_asker as enum ('person', 'guardian', 'heir', 'agent');
create type identity_proof as enum
    ('document_seen', 'kinship_document', 'power_of_attorney', 'lookup_session');
create type correction_field as enum
    ('name', 'birth_on', 'relation', 'document', 'phone', 'address');
create type data_request_refusal as enum
    ('identity_not_proven', 'record_is_right', 'secrecy', 'live_agreement', 'open_resettlement',
     'retention_period', 'other');

create table personal_data_request (
    id           uuid primary key,
    household_id uuid not null
                 constraint personal_data_request_household references household (id),
    -- Whose data; null where it is about the household's telephone number or address.
    person_id    uuid constraint personal_data_request_person references person (id),
    kind         data_request_kind not null,
    asked_by     data_request_asker not null,
    proof        identity_proof not null,
    -- The legal day it came in, and the last day to decide on it.
    received_on  date not null,
    due_on       date not null,
    state        data_request_state not null default 'received',
    -- Of a correction: which field, and what it should say, AES-256-GCM, bound to column and row.
    field        correction_field,
    proposed_sealed bytea,
    -- In which language the copy is written.
    language     text not null default 'zh',
    -- Whoever entered it and decided on it: the person, or the key or session.
    entered_by   uuid not null,
    decided_by   uuid,
    decided_on   date,
    -- In which role and which request: the job goes on in them.
    decided_as   staff_role,
    decided_in   uuid,
    refusal      data_request_refusal,
    -- A text somebody typed, so encrypted.
    refusal_note_sealed bytea,
    -- Of an export: the job that makes the copy, and the copy.
    job_id       uuid constraint personal_data_request_job references job (id),
    json_file_id uuid constraint personal_data_request_json_file references file (id),
    xlsx_file_id uuid constraint personal_data_request_xlsx_file references file (id),
    -- From then on the copy is not handed out, and it is forgotten.
    expires_at   timestamptz,
    created_at   timestamptz not null,
    version      integer not null default 1,
    constraint personal_data_request_correction check ((kind = 'correction') = (field is not null)),
    constraint personal_data_request_proposed check (field is not null or proposed_sealed is null),
    constraint personal_data_request_about_somebody check
        (person_id is not null or coalesce(field in ('phone', 'address'), false)),
    constraint personal_data_request_decided check
        ((decided_on is null) = (decided_by is null) and (decided_on is null) = (decided_as is null)
         and (decided_on is null) = (decided_in is null)
         and (decided_on is not null or state in ('received', 'withdrawn'))
         and (decided_on is null or state <> 'received')),
    constraint personal_data_request_refused check
        ((state = 'refused') = (refusal is not null)
         and (refusal is not null or refusal_note_sealed is null)),
    constraint personal_data_request_copy check
        ((json_file_id is null) = (xlsx_file_id is null)
         and (json_file_id is null) = (expires_at is null)
         and (json_file_id is null or kind = 'export' and state = 'done')),
    constraint personal_data_request_due check (due_on >= received_on)
);
-- The same is asked once until it is answered.
create unique index personal_data_request_one_open on personal_data_request
    (household_id, coalesce(person_id, household_id), kind, coalesce(field, 'name'))
    where state in ('received', 'accepted');
create index personal_data_request_by_household on personal_data_request (household_id);
create index personal_data_request_by_person on personal_data_request (person_id)
    where person_id is not null;
-- The order of lists, and what has to be answered.
create index personal_data_request_by_day on personal_data_request (due_on, id);
create index personal_data_request_open on personal_data_request (household_id, due_on)
    where state in ('received', 'accepted');
create index personal_data_request_expiring on personal_data_request (expires_at)
    where expires_at is not null;

alter table personal_data_request enable row level security;
create policy scope on personal_data_request using (
    exists (select from household h where h.id = household_id));

grant select, insert, update on personal_data_request to anju_service;

-- Of a session: whose document opened it, when that is one person; they may ask about themselves.
alter table resident_session
    add person_id uuid constraint resident_session_person references person (id) on delete set null;
create index resident_session_by_person on resident_session (person_id)
    where person_id is not null;

-- A salt is erased, never exchanged for another: the commitments it opened are unreadable for good
-- and the trail stays as it is. The key alone can be written, because that is how an insert meets
-- a salt that is there already.
revoke update on audit_salt from anju_service;
grant update (subject_id) on audit_salt to anju_service;

-- With the requests of the household, the last 20, beside who saw it.
create or replace view household_access with (security_invoker) as
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
          join org_unit u on u.id = d.org_unit_id) as disclosures,
       (select coalesce(json_agg(json_build_object('kind', q.kind, 'field', q.field,
                                                   'person_name', m.name, 'state', q.state,
                                                   'received_on', q.received_on,
                                                   'due_on', q.due_on,
                                                   'decided_on', q.decided_on,
                                                   'refusal', q.refusal)
                            order by q.received_on desc, q.id desc), '[]')
          from (select id, person_id, kind, field, state, received_on, due_on, decided_on, refusal
                  from personal_data_request
                 where household_id = h.id
                 order by received_on desc, id desc limit 20) q
          left join person m on m.id = q.person_id) as requests
  from household h;

-- A request is to be answered by whoever has the household.
alter view work_item rename to case_work_item;
create view work_item with (security_invoker) as
select staff_id, kind, object_id, household_id, due_on, has_deadline from case_work_item
union all
select r.staff_id, 'answer_data_request', q.id, q.household_id, q.due_on, true
  from responsibility r
  join personal_data_request q on q.household_id = r.household_id
 where r.to_on is null and r.need_id is null and q.state in ('received', 'accepted');
grant select on work_item to anju_service;
