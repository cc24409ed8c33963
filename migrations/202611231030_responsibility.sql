-- Who is responsible for what (责任人), and which parcels an appraiser works on.

-- Of an appraiser's post: the parcels given to it. Without one it sees nothing.
create table post_parcel (
    post_id    uuid not null constraint post_parcel_post references post (id),
    parcel_id  uuid not null constraint post_parcel_parcel references parcel (id),
    from_on    date not null,
    -- The last day; null while nobody knows it.
    to_on      date,
    created_at timestamptz not null,
    constraint post_parcel_pkey primary key (post_id, parcel_id, from_on),
    constraint post_parcel_period check (from_on <= to_on)
);
create index post_parcel_by_parcel on post_parcel (parcel_id);
create unique index post_parcel_once on post_parcel (post_id, parcel_id) where to_on is null;

-- A household, or one need of it, in the hands of one member of staff for a period. What has ended
-- is kept.
create table responsibility (
    id           uuid primary key,
    household_id uuid not null constraint responsibility_household references household (id),
    -- For this need alone; null for the household and whatever of it is in nobody else's hands.
    need_id      uuid constraint responsibility_need references need (id),
    staff_id     uuid not null constraint responsibility_staff references staff (id),
    from_on      date not null,
    -- The first day it was no longer theirs; null while it is.
    to_on        date,
    created_at   timestamptz not null,
    constraint responsibility_period check (from_on <= to_on)
);
create index responsibility_by_household on responsibility (household_id, need_id);
create index responsibility_by_need on responsibility (need_id) where need_id is not null;
create index responsibility_by_staff on responsibility (staff_id);
create index responsibility_held on responsibility (staff_id, from_on, id) where to_on is null;
create unique index responsibility_one_of_household on responsibility (household_id)
    where need_id is null and to_on is null;
create unique index responsibility_one_of_need on responsibility (need_id)
    where need_id is not null and to_on is null;

alter table responsibility enable row level security;
create policy scope on responsibility using (
    exists (select from household h where h.id = household_id));

grant select, insert, update on post_parcel, responsibility to anju_service;
