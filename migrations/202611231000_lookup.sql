-- The resident lookup: codes stored as keyed hashes, short sessions, every lookup on record.

create type lookup_channel as enum ('self', 'grid_worker');

create table lookup_code (
    id           uuid primary key,
    household_id uuid not null constraint lookup_code_household references household (id),
    code_hash    bytea not null constraint lookup_code_hash_once unique,
    issued_at    timestamptz not null,
    revoked_at   timestamptz,
    version      integer not null default 1
);
create unique index lookup_code_one_live on lookup_code (household_id) where revoked_at is null;

create table resident_session (
    id           uuid primary key,
    token_hash   bytea not null constraint resident_session_token_once unique,
    code_id      uuid not null constraint resident_session_code references lookup_code (id),
    household_id uuid not null constraint resident_session_household references household (id),
    channel      lookup_channel not null,
    -- Who looked it up for the resident, as they said.
    assistant    text,
    opened_at    timestamptz not null,
    expires_at   timestamptz not null,
    ended_at     timestamptz,
    constraint resident_session_assistant check ((channel = 'grid_worker') = (assistant is not null))
);
create index resident_session_by_household on resident_session (household_id, opened_at desc);

grant select, insert, update on lookup_code, resident_session to anju_service;
