-- The organisation (区、街办、村居、网格), who works in it, and as what.
--
-- A case hangs on a unit; a member of staff sees what hangs on the units of their posts and below.

create type org_level as enum ('district', 'subdistrict', 'village', 'grid');
create type staff_role as enum
    ('system_administrator', 'district_admin', 'subdistrict_lead', 'case_officer', 'grid_worker',
     'appraiser', 'inspector', 'finance_maker', 'finance_checker', 'finance_approver',
     'needs_officer', 'school_desk', 'health_desk', 'hotline_desk', 'auditor',
     'audit_administrator', 'api_client');

create table org_unit (
    id         uuid primary key,
    -- The administrative code (GB/T 2260, GB/T 10114), and the district's own below the village.
    code       text not null constraint org_unit_code_once unique,
    name       text not null,
    level      org_level not null,
    -- Invented, with everything that hangs on it.
    synthetic  boolean not null default false,
    created_at timestamptz not null,
    version    integer not null default 1,
    constraint org_unit_kind_once unique (id, level, synthetic)
);

-- A schema is a district: there is one real one, and whoever works for it sees everything.
create unique index org_unit_one_district on org_unit (level)
    where level = 'district' and not synthetic;

-- Where a unit stands in the tree, and where it stood before. The tree has no circles because a
-- parent is always of a higher level, and nothing invented hangs on anything real.
create table org_unit_place (
    unit_id      uuid not null,
    seq          integer not null,
    level        org_level not null,
    synthetic    boolean not null,
    parent_id    uuid,
    parent_level org_level,
    from_on      date not null,
    -- The first day it stood elsewhere; null while it stands here.
    to_on        date,
    constraint org_unit_place_pkey primary key (unit_id, seq),
    constraint org_unit_place_unit foreign key (unit_id, level, synthetic)
        references org_unit (id, level, synthetic),
    constraint org_unit_place_parent foreign key (parent_id, parent_level, synthetic)
        references org_unit (id, level, synthetic),
    constraint org_unit_place_below check (parent_level < level),
    constraint org_unit_place_root check ((parent_id is null) = (level = 'district')
        and (parent_id is null) = (parent_level is null)),
    constraint org_unit_place_period check (from_on <= to_on)
);
create unique index org_unit_place_one_now on org_unit_place (unit_id) where to_on is null;
create index org_unit_place_children on org_unit_place (parent_id, parent_level, synthetic) where to_on is null;

-- A natural person who works here (工作人员), however many ways they have to sign in.
create table staff (
    id          uuid primary key,
    -- The number on the badge (工号).
    staff_no    text not null constraint staff_no_once unique,
    name        text not null,
    -- The unit that employs them (人事关系所在单位); what they may do say their posts.
    org_unit_id uuid not null constraint staff_org_unit references org_unit (id),
    -- Keyed hash of the citizen number: one person is entered once, so that nobody approves what
    -- they entered under another name.
    fingerprint bytea constraint staff_person_once unique,
    created_at  timestamptz not null,
    -- The first day on which they no longer work here.
    left_on     date,
    version     integer not null default 1
);
create index staff_by_unit on staff (org_unit_id);

-- Role × unit × period (岗位).
create table post (
    id          uuid primary key,
    staff_id    uuid not null constraint post_staff references staff (id),
    role        staff_role not null,
    org_unit_id uuid not null constraint post_org_unit references org_unit (id),
    from_on     date not null,
    -- The last day; null while nobody knows it.
    to_on       date,
    created_at  timestamptz not null,
    version     integer not null default 1,
    constraint post_period check (from_on <= to_on)
);
create index post_by_staff on post (staff_id);
create index post_by_unit on post (org_unit_id);
create unique index post_once on post (staff_id, role, org_unit_id) where to_on is null;

create table api_key (
    id           uuid primary key,
    -- Shown in lists and logs, so that a leaked key can be found and revoked.
    prefix       text not null constraint api_key_prefix_once unique,
    -- SHA-256 of the whole key. A slow hash protects guessable secrets; this one has 256 bits.
    secret_hash  bytea not null constraint api_key_secret_hash_once unique,
    label        text not null,
    role         staff_role not null,
    org_unit_id  uuid not null constraint api_key_org_unit references org_unit (id),
    -- Who answers for it: what the key does counts as done by them, and it opens nothing on days on
    -- which they do not hold its role at its unit (a program's key sees what they see, too).
    staff_id     uuid constraint api_key_staff references staff (id),
    -- Only these of the role's permissions, when given; of a program, always.
    permissions  text[],
    -- Only from these networks, when given.
    networks     cidr[],
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    -- The day it was last presented: enough to find the forgotten ones.
    last_used_on date,
    revoked_at   timestamptz,
    version      integer not null default 1,
    constraint api_key_secret_hash_is_sha256 check (length(secret_hash) = 32)
);
create index api_key_by_unit on api_key (org_unit_id);
create index api_key_by_staff on api_key (staff_id) where staff_id is not null;

-- Counts every change of who may do what: what a process remembers of a caller holds as long as
-- this number stands still, and not one request longer.
create table authority (
    one   boolean primary key default true constraint authority_one check (one),
    epoch bigint not null
);
insert into authority (epoch) values (1);

grant select, insert, update on org_unit, org_unit_place, staff, post, api_key to anju_service;
grant select, update on authority to anju_service;
