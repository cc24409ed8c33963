-- The second fence: what a transaction may see and change, whatever its statements ask for.
--
-- A transaction says once whose it is, by `set local` (src/staff/scope.rs):
--   anju.reach      'district' for the whole district, otherwise unset
--   anju.units      one's own units and all below them
--   anju.sight      these and the units above: what hangs on those is shared by all below
--   anju.parcels    of an appraiser: only these parcels
--   anju.household  of a resident: their own
--   anju.needs      of a desk for one kind of need: that kind
--   anju.code, anju.token  the hash of what a resident presents, before the household is known
--   anju.client     the key or session, for its own retries
-- One that says nothing sees nothing. A list of ids is read in a subquery of its own, so that it is
-- read once in a statement and not once in a row. What is one word is read where it stands: each
-- subquery is set up in every execution, also where no row is left to ask for, and a statement over
-- a dozen tables has dozens. Tables that are read by the ten thousand read the reach once.

-- What is shared: programmes and parcels of one's own units and of those above.
alter table programme enable row level security;
create policy scope on programme using (
    current_setting('anju.reach', true) = 'district'
    or org_unit_id = any ((select nullif(current_setting('anju.sight', true), '')::uuid[])::uuid[]));

alter table parcel enable row level security;
create policy scope on parcel using (
    current_setting('anju.reach', true) = 'district'
    or org_unit_id = any ((select nullif(current_setting('anju.sight', true), '')::uuid[])::uuid[])
       and (coalesce(current_setting('anju.parcels', true), '') = '' or id = any ((select nullif(current_setting('anju.parcels', true), '')::uuid[])::uuid[])));

alter table parcel_stage_change enable row level security;
create policy scope on parcel_stage_change using (
    exists (select from parcel p where p.id = parcel_id));

alter table demolition enable row level security;
create policy scope on demolition using (
    exists (select from parcel p where p.id = parcel_id));

-- A case: the units' own, or the resident's own.
alter table household enable row level security;
create policy scope on household using (
    current_setting('anju.reach', true) = 'district'
    or org_unit_id = any ((select nullif(current_setting('anju.units', true), '')::uuid[])::uuid[])
       and (coalesce(current_setting('anju.parcels', true), '') = '' or parcel_id = any ((select nullif(current_setting('anju.parcels', true), '')::uuid[])::uuid[]))
    or id = nullif(current_setting('anju.household', true), '')::uuid);

alter table person enable row level security;
create policy scope on person using (
    exists (select from household h where h.id = household_id));

alter table structure enable row level security;
create policy scope on structure using (
    exists (select from household h where h.id = household_id));

-- A desk for one kind of need sees that kind.
alter table need enable row level security;
create policy scope on need using (
    exists (select from household h where h.id = household_id)
    and (coalesce(current_setting('anju.needs', true), '') = ''
         or kind::text = current_setting('anju.needs', true)));

-- Figures of a parcel are for who sees all of it: half a denominator would be a wrong figure.
alter table roster enable row level security;
create policy scope on roster using (
    exists (select from parcel p where p.id = parcel_id
               and (current_setting('anju.reach', true) = 'district'
                    or p.org_unit_id = any ((select nullif(current_setting('anju.units', true), '')::uuid[])::uuid[]))));

alter table roster_entry enable row level security;
-- Frozen in the statement that makes the roster, which cannot see it yet.
create policy freezing on roster_entry for insert with check (
    exists (select from household h where h.id = household_id));
create policy scope on roster_entry for select using (
    (select current_setting('anju.reach', true)) = 'district'
    or exists (select from roster r where r.id = roster_id));

-- Whoever sees all of a parcel need not be asked household by household.
alter table agreement enable row level security;
create policy scope on agreement using (
    (select current_setting('anju.reach', true)) = 'district'
    or exists (select from parcel p where p.id = parcel_id
               and (current_setting('anju.reach', true) = 'district'
                    or p.org_unit_id = any ((select nullif(current_setting('anju.units', true), '')::uuid[])::uuid[])))
    or exists (select from household h where h.id = household_id));

-- Homes are shared until somebody has one: then they are of that case.
alter table estate enable row level security;
create policy scope on estate using (
    exists (select from programme g where g.id = programme_id));

alter table building enable row level security;
create policy scope on building using (
    exists (select from estate e where e.id = estate_id));

alter table flat enable row level security;
create policy scope on flat using (
    case when household_id is null then exists (select from building b where b.id = building_id)
         else exists (select from household h where h.id = household_id) end);

alter table inspection enable row level security;
create policy scope on inspection using (
    exists (select from flat f where f.id = flat_id));

alter table defect enable row level security;
create policy scope on defect using (
    exists (select from flat f where f.id = flat_id));

alter table inspection_item enable row level security;
create policy scope on inspection_item using (
    exists (select from inspection i where i.id = inspection_id));

-- Whoever presents the secret sees the row it opens, and no other.
alter table lookup_code enable row level security;
create policy scope on lookup_code using (
    exists (select from household h where h.id = household_id)
    or code_hash = decode(nullif(current_setting('anju.code', true), ''), 'hex'));

alter table resident_session enable row level security;
create policy scope on resident_session using (
    exists (select from household h where h.id = household_id)
    or token_hash = decode(nullif(current_setting('anju.token', true), ''), 'hex'));

-- Files in and out, of the unit of whoever ordered them.
alter table file enable row level security;
create policy scope on file using (
    current_setting('anju.reach', true) = 'district'
    or org_unit_id = any ((select nullif(current_setting('anju.units', true), '')::uuid[])::uuid[]));

alter table file_chunk enable row level security;
create policy scope on file_chunk using (
    exists (select from file f where f.id = file_id));

alter table import enable row level security;
create policy scope on import using (
    current_setting('anju.reach', true) = 'district'
    or org_unit_id = any ((select nullif(current_setting('anju.units', true), '')::uuid[])::uuid[]));

alter table import_row enable row level security;
create policy scope on import_row using (
    exists (select from import i where i.id = import_id));

alter table report enable row level security;
create policy scope on report using (
    current_setting('anju.reach', true) = 'district'
    or org_unit_id = any ((select nullif(current_setting('anju.units', true), '')::uuid[])::uuid[]));

-- The trail: everybody adds to it, who may read it reads what happened in their units.
alter table audit_event enable row level security;
create policy adding on audit_event for insert with check (true);
create policy scope on audit_event for select using (
    current_setting('anju.reach', true) = 'district'
    or org_unit_id = any ((select nullif(current_setting('anju.units', true), '')::uuid[])::uuid[])
    or exists (select from parcel p where p.id = parcel_id
                and p.org_unit_id = any ((select nullif(current_setting('anju.units', true), '')::uuid[])::uuid[])));

alter table flat_release enable row level security;
create policy scope on flat_release using (
    exists (select from household h where h.id = household_id));

-- Kept answers are of whoever asked; the sweep that forgets them sees all.
alter table idempotency_key enable row level security;
create policy scope on idempotency_key using (
    current_setting('anju.reach', true) = 'district'
    or client_id = (select nullif(current_setting('anju.client', true), '')::uuid));
