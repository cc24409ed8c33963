-- Signing in: local accounts with a second factor, their sessions, and whom an identity provider
-- vouches for. No secret is here in a form that opens anything: passwords are argon2id, tokens are
-- hashes, the secrets of second factors are sealed with a key outside the database.

-- A way for a member of staff to sign in with a password (账号).
create table account (
    id                  uuid primary key,
    staff_id            uuid not null constraint account_staff references staff (id)
                                      constraint account_staff_once unique,
    login               text not null constraint account_login_once unique,
    -- PHC string: algorithm, parameters, salt and hash.
    password_hash       text not null,
    -- The password was made by an administrator: it only lets its owner choose another.
    must_change         boolean not null,
    -- Until when such a password works.
    password_expires_at timestamptz,
    totp_sealed         bytea,
    totp_confirmed_at   timestamptz,
    -- The last step of thirty seconds whose code was used: each is used once.
    last_totp_step      bigint,
    disabled_at         timestamptz,
    created_at          timestamptz not null,
    version             integer not null default 1,
    constraint account_login_folded check (login = lower(login)),
    constraint account_second_factor check (totp_confirmed_at is null or totp_sealed is not null),
    constraint account_one_time_password check (must_change = (password_expires_at is not null))
);

create table staff_session (
    id            uuid primary key,
    account_id    uuid not null constraint staff_session_account references account (id),
    -- SHA-256 of the token, which has 256 random bits.
    token_hash    bytea not null constraint staff_session_token_once unique,
    -- Keyed hash of the network it was opened from: an account that is being guessed at stays open
    -- to where its owner signed in before.
    source_hash   bytea not null,
    second_factor boolean not null,
    opened_at     timestamptz not null,
    -- When it was last used, to the minute.
    seen_at       timestamptz not null,
    expires_at    timestamptz not null,
    ended_at      timestamptz,
    constraint staff_session_hashes check (length(token_hash) = 32 and length(source_hash) = 32)
);
create index staff_session_by_account on staff_session (account_id, opened_at desc);
create index staff_session_by_source on staff_session (account_id, source_hash, opened_at desc);

-- Whom an identity provider knows under which name (统一身份).
create table oidc_identity (
    id         uuid primary key,
    issuer     text not null,
    subject    text not null,
    staff_id   uuid not null constraint oidc_identity_staff references staff (id),
    created_at timestamptz not null,
    removed_at timestamptz,
    version    integer not null default 1
);
create unique index oidc_identity_once on oidc_identity (issuer, subject) where removed_at is null;
create index oidc_identity_by_staff on oidc_identity (staff_id);

grant select, insert, update on account, staff_session, oidc_identity to anju_service;
