-- Agreements (补偿安置协议), the frozen roster and with both the signing rate (签约率).

create type agreement_status as enum ('draft', 'signed', 'void');
create type void_reason as enum
    ('household_withdrew', 'wrong_facts', 'duplicate', 'court_decision', 'entered_by_mistake');

create table agreement (
    id            uuid primary key,
    household_id  uuid not null constraint agreement_household references household (id),
    parcel_id     uuid not null constraint agreement_parcel references parcel (id),
    agreement_no  text not null,
    status        agreement_status not null default 'draft',
    floor_area_m2 area_m2 not null,
    amount        money_cny not null,
    -- The legal day of signing and the instant it was entered are different facts.
    signed_on     date,
    signed_at     timestamptz,
    voided_on     date,
    void_reason   void_reason,
    void_note     text,
    created_at    timestamptz not null,
    version       integer not null default 1,
    constraint agreement_no_once unique (agreement_no),
    constraint agreement_signed_has_day check ((status = 'draft') <= (signed_on is null)),
    constraint agreement_signed_needs_day check ((status = 'signed') <= (signed_on is not null)),
    constraint agreement_signing_complete check ((signed_on is null) = (signed_at is null)),
    constraint agreement_void_complete check
        ((status = 'void') = (voided_on is not null) and (voided_on is null) = (void_reason is null)),
    constraint agreement_void_after_signing check (voided_on >= signed_on)
);
create unique index agreement_one_live on agreement (household_id) where status <> 'void';
create index agreement_by_household on agreement (household_id);
create index agreement_by_parcel on agreement (parcel_id, agreement_no);
-- What the signing rate reads, in the order of the roster: the two are merged without sorting, and
-- without touching the tables.
create index agreement_signing on agreement (parcel_id, household_id, signed_on) include (voided_on)
    where signed_on is not null;

-- The denominator of the signing rate, fixed on one day. One per parcel.
create table roster (
    id              uuid primary key,
    parcel_id       uuid not null constraint roster_parcel references parcel (id)
                    constraint roster_once_per_parcel unique,
    frozen_on       date not null,
    frozen_at       timestamptz not null,
    household_count integer not null,
    floor_area_m2   area_m2 not null,
    version         integer not null default 1
);
create table roster_entry (
    roster_id     uuid not null constraint roster_entry_roster references roster (id),
    household_id  uuid not null constraint roster_entry_household references household (id),
    floor_area_m2 area_m2 not null,
    constraint roster_entry_pkey primary key (roster_id, household_id)
                  include (floor_area_m2)
);
create index roster_entry_by_household on roster_entry (household_id);

grant select, insert, update on agreement to anju_service;
grant select, insert on roster, roster_entry to anju_service;
