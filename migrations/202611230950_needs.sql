-- Schooling and medical needs (子女上学、医疗) from due date to closure.

create type need_kind as enum ('schooling', 'medical');
create type need_status as enum ('open', 'arranged', 'closed');
create type need_outcome as enum ('met', 'withdrawn', 'moved_away', 'deceased');

create table need (
    id           uuid primary key,
    household_id uuid not null constraint need_household references household (id),
    person_id    uuid not null constraint need_person references person (id),
    kind         need_kind not null,
    due_on       date not null,
    status       need_status not null default 'open',
    -- What exactly is needed: health and children, so encrypted and read by the needs desk alone.
    detail_sealed bytea,
    provider     text,
    arranged_on  date,
    outcome      need_outcome,
    closed_on    date,
    created_at   timestamptz not null,
    version      integer not null default 1,
    constraint need_arranged_complete check
        ((provider is null) = (arranged_on is null) and (status <> 'arranged' or provider is not null)),
    constraint need_closed_complete check
        ((status = 'closed') = (closed_on is not null) and (closed_on is null) = (outcome is null)),
    constraint need_met_by_someone check (outcome is distinct from 'met' or provider is not null)
);
-- The same need of the same person is entered once while it is unsettled.
create unique index need_one_unsettled on need (person_id, kind) where status <> 'closed';
create index need_by_household on need (household_id);
create index need_unsettled on need (due_on, id) where status <> 'closed';

grant select, insert, update on need to anju_service;
