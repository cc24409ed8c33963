-- Households (户), persons (人员) and structures (房屋). Personal data live here and nowhere else.

create type id_document_kind as enum
    ('citizen_number', 'passport', 'hong_kong_macau_permit', 'taiwan_permit',
     'foreign_residence_permit', 'none');
create type structure_use as enum ('residential', 'commercial', 'production', 'storage', 'mixed', 'other');

create table household (
    id           uuid primary key,
    parcel_id    uuid not null constraint household_parcel references parcel (id),
    -- Where the case hangs: the unit of the parcel, or a grid below it.
    org_unit_id  uuid not null constraint household_org_unit references org_unit (id),
    household_no text not null,
    -- Sorts as people count, 2 before 10: every run of digits padded to twenty.
    household_sort text not null generated always as
        (regexp_replace(regexp_replace(household_no, '[0-9]+', '00000000000000000000\&', 'g'),
                        '[0-9]*([0-9]{20})', '\1', 'g')) stored,
    -- In clear; masked when it is the name of a child of the household.
    holder_name  text not null,
    address      text not null,
    phone        text,
    -- Keyed hashes of its digits and of the last four: it is found again without being read.
    phone_fingerprint      bytea,
    phone_tail_fingerprint bytea,
    created_at   timestamptz not null,
    version      integer not null default 1,
    constraint household_no_once unique (parcel_id, household_no),
    -- Where its search keys hang.
    constraint household_place_once unique (id, parcel_id, org_unit_id),
    constraint household_phone_found check
        ((phone is null) = (phone_fingerprint is null)
         and (phone is null) = (phone_tail_fingerprint is null))
);
-- The order of lists.
create index household_by_no on household (household_sort, id);
create index household_by_parcel_and_no on household (parcel_id, household_sort, id);
-- The same for whoever sees a few units of many.
create index household_by_unit on household (org_unit_id, household_sort, id);

-- One number, whatever the parcel.
create index household_by_number on household (household_no);
create index household_by_phone on household (phone_fingerprint) where phone_fingerprint is not null;
create index household_by_phone_tail on household (phone_tail_fingerprint)
    where phone_tail_fingerprint is not null;

-- By what the name of a holder or an adult is found (src/households/search/keys.rs): `n` and the
-- name from some character on, `p` and its initials. Compared byte by byte, because the policy is
-- asked first and only comparisons that give nothing away go before it into the index.
create table household_name_key (
    household_id uuid not null,
    -- Copied, so that neither the scope nor a filter looks at the household of every key.
    parcel_id    uuid not null,
    org_unit_id  uuid not null,
    key          text collate "C" not null,
    constraint household_name_key_pkey primary key (household_id, key),
    constraint household_name_key_household foreign key (household_id, parcel_id, org_unit_id)
        references household (id, parcel_id, org_unit_id) on update cascade on delete cascade
);
create index household_name_key_by_key on household_name_key (key, household_id)
    include (parcel_id, org_unit_id);

create table person (
    id             uuid primary key,
    household_id   uuid not null constraint person_household references household (id),
    -- In clear; of a child under 14 masked.
    name           text not null,
    -- The clear name of a child, AES-256-GCM, bound to this column and row.
    name_sealed    bytea,
    -- Keyed hash of the household and the clear name: files name persons by it.
    name_fingerprint bytea not null,
    -- Relation to the head of the household (GB/T 4761), for example 02 head, 10 spouse.
    relation       text not null,
    holder         boolean not null default false,
    id_kind        id_document_kind not null,
    -- AES-256-GCM, bound to this column and row; null only where there is no document.
    id_sealed      bytea,
    -- Keyed hash of the number: finds the same person without reading anyone.
    id_fingerprint bytea,
    -- Keyed hash of the household and the last six characters: the second factor of the lookup.
    last_six_hash  bytea,
    -- Plain because rules compute with it (adults, school age).
    birth_on       date,
    version        integer not null default 1,
    constraint person_name_of_child check (name_sealed is null or position('*' in name) > 0),
    constraint person_document check ((id_kind = 'none') = (id_sealed is null)),
    constraint person_fingerprint check
        ((id_sealed is null) = (id_fingerprint is null) and (id_sealed is null) = (last_six_hash is null)),
    constraint person_once_in_household unique (household_id, id_fingerprint)
);
create index person_by_fingerprint on person (id_fingerprint) where id_fingerprint is not null;

create table structure (
    id                  uuid primary key,
    household_id        uuid not null constraint structure_household references household (id),
    -- Tells the structures of one household apart in an import: 1, 2, 3 …
    seq                 integer not null,
    use                 structure_use not null,
    certificate_no      text,
    certificate_area_m2 area_m2,
    measured_area_m2    area_m2,
    recognised_area_m2  area_m2,
    built_year          integer,
    version             integer not null default 1,
    constraint structure_seq_once unique (household_id, seq),
    constraint structure_has_an_area check
        (coalesce(certificate_area_m2, measured_area_m2, recognised_area_m2) is not null)
);

-- The floor area of a household (建筑面积), m²: of each structure what was recognised, else what was
-- measured, else what the certificate says. Said here and nowhere else: lists, frozen rosters and
-- reports all read it.
create view household_area with (security_invoker) as
select h.id as household_id, h.parcel_id,
       coalesce((select sum(coalesce(s.recognised_area_m2, s.measured_area_m2, s.certificate_area_m2))
                   from structure s where s.household_id = h.id), 0)::area_m2 as floor_area_m2
  from household h;

grant select, insert, update, delete on household, person, structure to anju_service;
grant select, insert, delete on household_name_key to anju_service;
grant select on household_area to anju_service;
