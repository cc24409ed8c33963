-- Imports (a file in, every row accounted for) and reports (a file out, one snapshot).

create type import_kind as enum ('roster', 'agreements', 'flats', 'inspection-points', 'needs');
create type import_mode as enum ('validate', 'commit');
create type row_verdict as enum ('new', 'changed', 'unchanged', 'absent', 'refused');

create table import (
    id           uuid primary key,
    -- The unit of whoever ordered it.
    org_unit_id  uuid not null default nullif(current_setting('anju.home', true), '')::uuid,
    programme_id uuid not null constraint import_programme references programme (id),
    kind         import_kind not null,
    mode         import_mode not null,
    file_id      uuid not null constraint import_file references file (id),
    job_id       uuid not null constraint import_job references job (id),
    client_id    uuid not null,
    role         staff_role not null,
    request_id   uuid not null,
    -- Whether the rows were written: only when none was refused and the mode was commit.
    committed    boolean not null default false,
    rows         integer,
    new_rows     integer,
    changed_rows integer,
    unchanged_rows integer,
    absent_rows  integer,
    refused_rows integer,
    created_at   timestamptz not null,
    finished_at  timestamptz,
    version      integer not null default 1
);
create index import_by_client on import (client_id, created_at desc);

create table import_row (
    import_id uuid not null constraint import_row_import references import (id) on delete cascade,
    -- The line of the file as a person sees it; absent rows continue after the last.
    row_no    integer not null,
    verdict   row_verdict not null,
    key       text,
    -- [{field, code, zh, en, old, new}]: mistakes of a refused row, differences of a changed one.
    findings  jsonb,
    constraint import_row_pkey primary key (import_id, row_no)
);
create index import_row_by_verdict on import_row (import_id, verdict, row_no);

create type report_kind as enum ('signing-progress', 'household-ledger');

create table report (
    id           uuid primary key,
    -- The unit of whoever ordered it.
    org_unit_id  uuid not null default nullif(current_setting('anju.home', true), '')::uuid,
    programme_id uuid not null constraint report_programme references programme (id),
    kind         report_kind not null,
    as_of        date not null,
    language     text not null,
    job_id       uuid not null constraint report_job references job (id),
    client_id    uuid not null,
    -- Whoever has the role may read it.
    role         staff_role not null,
    request_id   uuid not null,
    -- By which rules it was counted, and how many rows it has; null until it is produced.
    definition   text,
    row_count    bigint,
    json_file_id uuid constraint report_json_file references file (id),
    xlsx_file_id uuid constraint report_xlsx_file references file (id),
    created_at   timestamptz not null,
    finished_at  timestamptz,
    version      integer not null default 1,
    constraint report_produced_complete check
        ((finished_at is null) = (json_file_id is null)
         and (finished_at is null) = (xlsx_file_id is null)
         and (finished_at is null) = (definition is null)
         and (finished_at is null) = (row_count is null))
);
create index report_by_role on report (role, created_at desc, id desc);

grant select, insert, update on import, report to anju_service;
grant select, insert, delete on import_row to anju_service;
