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

-- What whoever is responsible has to do (待办事项), and by when. Said here and nowhere else.
create view work_item with (security_invoker) as
-- A household has not signed, and the parcel has a signing period.
select r.staff_id, 'sign' as kind, h.id as object_id, h.id as household_id,
       p.signing_to as due_on, true as has_deadline
  from responsibility r
  join household h on h.id = r.household_id
  join parcel p on p.id = h.parcel_id
 where r.to_on is null and r.need_id is null and p.signing_to is not null
   and not exists (select from agreement a where a.household_id = h.id and a.status = 'signed')
union all
-- A need is not settled: of whoever has it, or of whoever has the household while nobody has it.
select r.staff_id, 'settle_need', n.id, n.household_id, n.due_on, true
  from responsibility r
  join need n on n.id = r.need_id
 where r.to_on is null and n.status <> 'closed'
union all
select r.staff_id, 'settle_need', n.id, n.household_id, n.due_on, true
  from responsibility r
  join need n on n.household_id = r.household_id
 where r.to_on is null and r.need_id is null and n.status <> 'closed'
   and not exists (select from responsibility o where o.need_id = n.id and o.to_on is null)
union all
-- A defect of an assigned flat is to be rectified, or was sent back by a re-check.
select r.staff_id, 'rectify_defect', d.id, r.household_id, coalesce(d.rectify_by, d.found_on),
       d.rectify_by is not null
  from responsibility r
  join flat f on f.household_id = r.household_id
  join defect d on d.flat_id = f.id
 where r.to_on is null and r.need_id is null and d.status = 'open'
union all
-- A flat passed its last inspection, and no severe defect keeps its keys back.
select r.staff_id, 'hand_over_flat', f.id, r.household_id,
       greatest(f.assigned_on, l.inspected_on), false
  from responsibility r
  join flat f on f.household_id = r.household_id and f.handed_over_on is null
  join lateral (select i.inspected_on, i.result from inspection i
                 where i.flat_id = f.id
                 order by i.inspected_on desc, i.id desc limit 1) l on l.result = 'passed'
 where r.to_on is null and r.need_id is null
   and not exists (select from defect d
                    where d.flat_id = f.id and d.severity = 'severe' and d.status <> 'closed');

grant select, insert, update on post_parcel, responsibility to anju_service;
grant select on work_item to anju_service;
