-- Programmes (年度计划) and parcels (改造地块): one village or one shantytown area each. Everything of
-- a case hangs below a parcel.

create type parcel_kind as enum ('old_village', 'shantytown_area');
create type legal_track as enum
    ('state_expropriation', 'collective_requisition', 'agreement_relocation');
-- 谋、拆、供、建、招、留
create type parcel_stage as enum ('plan', 'demolish', 'supply', 'build', 'attract', 'retain');

create table programme (
    id                   uuid primary key,
    org_unit_id          uuid not null constraint programme_org_unit references org_unit (id),
    name                 text not null,
    year                 integer not null,
    target_villages      integer not null,
    target_areas         integer not null,
    target_demolition_m2 area_m2 not null,
    -- Invented data, and says so on every page.
    synthetic            boolean not null,
    created_at           timestamptz not null,
    version              integer not null default 1,
    constraint programme_name_once unique (name, year),
    constraint programme_year_plausible check (year between 1990 and 2200),
    constraint programme_targets_not_negative check (target_villages >= 0 and target_areas >= 0)
);

create table parcel (
    id                 uuid primary key,
    programme_id       uuid not null constraint parcel_programme references programme (id),
    -- The village or community; its cases hang here or below.
    org_unit_id        uuid not null constraint parcel_org_unit references org_unit (id),
    code               text not null,
    name               text not null,
    kind               parcel_kind not null,
    legal_track        legal_track not null,
    subdistrict        text not null,
    village            text,
    households_planned integer not null,
    area_planned_m2    area_m2 not null,
    stage              parcel_stage not null default 'plan',
    -- The signing period (签约期限) and the day by which signed households move out.
    signing_from       date,
    signing_to         date,
    moving_by          date,
    contact_name       text,
    contact_phone      text,
    -- GeoJSON Polygon or MultiPolygon, CGCS2000 longitude and latitude.
    boundary           jsonb,
    boundary_area_m2   area_m2,
    created_at         timestamptz not null,
    version            integer not null default 1,
    constraint parcel_code_once unique (programme_id, code),
    constraint parcel_households_not_negative check (households_planned >= 0),
    constraint parcel_signing_period check (signing_from <= signing_to),
    constraint parcel_boundary_has_area check ((boundary is null) = (boundary_area_m2 is null))
);

create index parcel_by_unit on parcel (org_unit_id);

create table parcel_stage_change (
    parcel_id   uuid not null constraint parcel_stage_change_parcel references parcel (id),
    seq         integer not null,
    stage       parcel_stage not null,
    entered_on  date not null,
    recorded_at timestamptz not null,
    constraint parcel_stage_change_pkey primary key (parcel_id, seq)
);

-- Area cleared and accepted (拆除验收), counted against the target of the programme.
create table demolition (
    id          uuid primary key,
    parcel_id   uuid not null constraint demolition_parcel references parcel (id),
    area_m2     area_m2 not null,
    accepted_on date not null,
    recorded_at timestamptz not null
);
create index demolition_by_parcel on demolition (parcel_id, accepted_on);

grant select, insert, update on programme, parcel to anju_service;
grant select, insert on parcel_stage_change, demolition to anju_service;
