-- Resettlement estates (安置房小区), buildings and flats; inspections, defects and the hand-over.

create type inspection_result as enum ('passed', 'failed');
create type defect_severity as enum ('general', 'severe');
create type defect_status as enum ('open', 'rectified', 'closed');
create type release_reason as enum
    ('exchanged', 'household_withdrew', 'agreement_ends', 'flat_withdrawn', 'entered_by_mistake');

create table estate (
    id           uuid primary key,
    programme_id uuid not null constraint estate_programme references programme (id),
    name         text not null,
    -- Not known while an estate came in with a list of flats.
    address      text,
    created_at   timestamptz not null,
    version      integer not null default 1,
    constraint estate_name_once unique (programme_id, name)
);

create table building (
    id         uuid primary key,
    estate_id  uuid not null constraint building_estate references estate (id),
    name       text not null,
    floors     integer not null,
    created_at timestamptz not null,
    version    integer not null default 1,
    constraint building_name_once unique (estate_id, name),
    constraint building_floors_plausible check (floors between 1 and 100)
);

create table flat (
    id             uuid primary key,
    building_id    uuid not null constraint flat_building references building (id),
    flat_no        text not null,
    area_m2        area_m2 not null,
    -- One flat belongs to at most one household; a household may have several flats.
    household_id   uuid constraint flat_household references household (id),
    assigned_on    date,
    handed_over_on date,
    keys           integer,
    created_at     timestamptz not null,
    version        integer not null default 1,
    constraint flat_no_once unique (building_id, flat_no),
    constraint flat_has_area check (area_m2 > 0),
    constraint flat_assignment_complete check ((household_id is null) = (assigned_on is null)),
    constraint flat_handover_complete check ((handed_over_on is null) = (keys is null)),
    constraint flat_handed_over_to_someone check (handed_over_on is null or household_id is not null)
);
create index flat_by_household on flat (household_id) where household_id is not null;

-- Assignments that have ended: the one that lasts is with the flat. On a day D a flat was of the
-- household with assigned_on <= D < released_on.
create table flat_release (
    flat_id      uuid not null constraint flat_release_flat references flat (id),
    -- The version of the flat that the release made.
    seq          integer not null,
    household_id uuid not null constraint flat_release_household references household (id),
    assigned_on  date not null,
    released_on  date not null,
    reason       release_reason not null,
    released_at  timestamptz not null,
    constraint flat_release_pkey primary key (flat_id, seq),
    constraint flat_release_after_assignment check (released_on >= assigned_on)
);
create index flat_release_by_household on flat_release (household_id);

create table inspection (
    id           uuid primary key,
    flat_id      uuid not null constraint inspection_flat references flat (id),
    inspected_on date not null,
    -- Who measured, as written on the form.
    inspector    text not null,
    -- Computed from the items when it is recorded, never typed in.
    result       inspection_result not null,
    recorded_at  timestamptz not null,
    version      integer not null default 1
);
create index inspection_by_flat on inspection (flat_id, inspected_on desc, id desc);

create table inspection_item (
    inspection_id uuid not null constraint inspection_item_inspection references inspection (id),
    seq           integer not null,
    item          text not null,
    -- Where the requirement is written, for example GB 50210.
    standard      text,
    unit          text not null,
    -- A point passes when lower <= point <= upper; the item when also max - min <= range_max.
    lower         numeric(12,2),
    upper         numeric(12,2),
    range_max     numeric(12,2),
    points        numeric(12,2)[] not null,
    passed        boolean not null,
    constraint inspection_item_pkey primary key (inspection_id, seq),
    constraint inspection_item_has_points check (cardinality(points) between 1 and 200),
    constraint inspection_item_has_tolerance check
        (coalesce(lower, upper, range_max) is not null and lower <= upper)
);

create table defect (
    id            uuid primary key,
    flat_id       uuid not null constraint defect_flat references flat (id),
    inspection_id uuid constraint defect_inspection references inspection (id),
    description   text not null,
    severity      defect_severity not null,
    status        defect_status not null default 'open',
    found_on      date not null,
    rectify_by    date,
    rectified_on  date,
    -- The keys (people) that reported the work and checked it: never the same.
    rectified_by  uuid,
    rechecked_by  uuid,
    closed_on     date,
    version       integer not null default 1,
    constraint defect_rectified_complete check
        ((rectified_on is null) = (rectified_by is null) and (status = 'open') = (rectified_on is null)),
    constraint defect_closed_complete check
        ((status = 'closed') = (closed_on is not null) and (closed_on is null) = (rechecked_by is null)),
    constraint defect_rechecked_by_another check (rechecked_by <> rectified_by)
);
create index defect_by_flat on defect (flat_id, status);

grant select, insert, update on estate, building, flat, inspection, defect to anju_service;
grant select, insert on inspection_item, flat_release to anju_service;
