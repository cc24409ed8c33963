-- The ground every slice stands on: exact numbers, keys, retries, the trail, files and jobs.
--
-- Nothing is schema-qualified: `search_path` selects the district. The service connects as
-- `anju_service`, which owns nothing; what it may do is granted table by table, and on the trail it
-- may only add and read.

-- PostgreSQL rounds a third decimal silently, so scale is refused in Rust; sign is refused here.
create domain money_cny as numeric(16,2) constraint money_cny_not_negative check (value >= 0);
create domain area_m2 as numeric(12,2) constraint area_m2_not_negative check (value >= 0);

-- The keys personal data here was sealed with, so that the database is never served with others.
-- Only the owner reads and writes it, at the start; the service has no right to it.
create table ring_key (
    -- 0 is the key of the keyed hashes.
    key_id        smallint primary key,
    -- A keyed hash (HMAC-SHA256) of the number: nothing of the key can be found from it.
    mark          bytea not null,
    first_used_at timestamptz not null,
    constraint ring_key_id_is_a_byte check (key_id between 0 and 255),
    constraint ring_key_mark_is_sha256 check (length(mark) = 32)
);

-- The answer of a POST beside its key, written in the transaction of the change itself, forgotten
-- after two days.
create table idempotency_key (
    client_id   uuid not null,
    key         text not null,
    fingerprint bytea not null,
    -- All null when the answer held a secret: a repeat is then told that it is done.
    status      smallint,
    etag        text,
    location    text,
    -- Sealed: it may show a household.
    body_sealed bytea,
    created_at  timestamptz not null,
    constraint idempotency_key_pkey primary key (client_id, key)
);
create index idempotency_key_created_at on idempotency_key (created_at);

-- The salt makes a commitment unguessable; erasing it makes the commitment unreadable for good
-- while the trail stays whole.
create table audit_salt (
    subject_id uuid primary key,
    salt       bytea not null
);

-- Append-only by right: the service role has no update or delete on it. Holds no clear personal
-- data, because a row that cannot be changed cannot be cleaned later.
create table audit_event (
    id             uuid primary key,
    schema_version smallint not null default 1,
    at             timestamptz not null,
    client_id      uuid not null,
    role           text not null,
    -- The member of staff behind the key or session, when it is known.
    staff_id       uuid,
    -- Where they work.
    org_unit_id    uuid default nullif(current_setting('anju.home', true), '')::uuid,
    on_behalf_of   text,
    action         text not null,
    object_type    text not null,
    object_id      uuid not null,
    version_before integer,
    version_after  integer,
    -- SHA-256 of the subject's salt and the canonical JSON (RFC 8785) of what was changed.
    commitment     bytea not null,
    -- A coded reason or legal basis; a text somebody typed stays in the case.
    reason         text,
    request_id     uuid not null,
    outcome        text not null default 'done',
    rule_version   text,
    parcel_id      uuid,
    constraint audit_event_commitment_is_sha256 check (length(commitment) = 32)
);
create index audit_event_at on audit_event (at desc, id desc);
create index audit_event_object on audit_event (object_id, at desc);
create index audit_event_client on audit_event (client_id, at desc);

-- Files that belong to an import or a report, in pieces of at most 1 MiB so that nothing is ever
-- held whole in memory, and inside the database so that a backup has them.
create table file (
    id         uuid primary key,
    -- The unit of whoever made it.
    org_unit_id uuid not null default nullif(current_setting('anju.home', true), '')::uuid,
    name       text not null,
    media_type text not null,
    size       bigint not null,
    sha256     bytea not null,
    created_at timestamptz not null
);
create table file_chunk (
    file_id uuid not null constraint file_chunk_file references file (id) on delete cascade,
    seq     integer not null,
    bytes   bytea not null,
    constraint file_chunk_pkey primary key (file_id, seq)
);

create type job_state as enum ('queued', 'running', 'succeeded', 'failed', 'cancelled');

create table job (
    id          uuid primary key,
    kind        text not null,
    state       job_state not null default 'queued',
    -- The import or report it works on.
    subject_id  uuid not null,
    client_id   uuid not null,
    done        bigint not null default 0,
    total       bigint,
    attempts    integer not null default 0,
    -- A worker that died gives its job back when this passes.
    lease_until timestamptz,
    -- A failed attempt is followed by the next one not before this.
    not_before  timestamptz,
    problem     jsonb,
    created_at  timestamptz not null,
    started_at  timestamptz,
    finished_at timestamptz,
    version     integer not null default 1
);
create index job_waiting on job (created_at) where state in ('queued', 'running');
create index job_client on job (client_id, created_at desc);

grant select, insert, update on job to anju_service;
grant select, insert, update, delete on idempotency_key, audit_salt, file, file_chunk to anju_service;
grant select, insert on audit_event to anju_service;
