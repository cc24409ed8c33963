//! A small database with everything in it that a backup must bring back.

use std::collections::BTreeMap;
use std::path::Path;

use anju::postgres::{Cluster, OWNER, PostgresError, Restored, SERVICE, backup, restore};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use tokio::sync::{Mutex, MutexGuard};

use super::{connect, run, shared};

/// The newest migration of [`TOWN`].
pub(super) const NEWEST: i64 = 202_611_230_910;

const TOWN: &str = "
    create table _sqlx_migrations (version bigint primary key, description text not null,
        installed_on timestamptz not null default now(), success boolean not null,
        checksum bytea not null, execution_time bigint not null);
    insert into _sqlx_migrations values
        (202611230900, 'foundation', '2026-11-23 01:00Z', true, '\\x00ff', 5),
        (202611230910, 'parcels', '2026-11-23 01:10Z', true, '\\x01', 7),
        (202611230920, 'broken', '2026-11-23 01:20Z', false, '\\x02', 9);
    create domain money_cny as numeric(16, 2) check (value >= 0);
    create type agreement_status as enum ('draft', 'signed', 'void');
    create table household (id uuid primary key, number text not null unique,
        sealed bytea not null, facts jsonb not null, made timestamptz not null,
        initial text generated always as (left(number, 1)) stored);
    insert into household
        select gen_random_uuid(), '大-' || n, sha256(n::text::bytea), jsonb_build_object('n', n),
               timestamptz '2018-01-01' + n * interval '1.000001 s'
          from generate_series(1, 2000) n;
    create table agreement (id bigint generated always as identity primary key,
        household_id uuid not null references household, status agreement_status not null,
        amount money_cny not null, areas numeric(12, 2)[] not null);
    create unique index agreement_live on agreement (household_id) where status <> 'void';
    insert into agreement (household_id, status, amount, areas)
        select id, 'signed', (facts->>'n')::int * 1.25, array[12.50, 0.01] from household;
    create table audit (at timestamptz not null default now(), what text not null);
    insert into audit (what) select 'made ' || number from household;
    create view signed as select count(*) as n from agreement where status = 'signed';
    alter table household enable row level security;
    create policy everybody on household to anju_service using (true);
    grant select, insert on audit to anju_service;
    grant select, insert, update on household, agreement to anju_service;";

pub(super) fn at() -> DateTime<Utc> {
    "2026-11-23T10:15:00Z".parse().unwrap()
}

/// A database of its own in the shared cluster, alone, because a server does one restore at a time.
pub(super) struct Town {
    name: &'static str,
    pub(super) cluster: &'static Cluster,
    _alone: MutexGuard<'static, ()>,
}

impl Town {
    pub(super) async fn new(name: &'static str) -> Self {
        static ALONE: Mutex<()> = Mutex::const_new(());
        let alone = ALONE.lock().await;
        let cluster = shared().await;
        let mut owner = connect(&cluster.owner_url()).await;
        let create = format!("create database {name}");
        sqlx::query(AssertSqlSafe(create))
            .execute(&mut owner)
            .await
            .unwrap();
        let town = Self {
            name,
            cluster,
            _alone: alone,
        };
        run(&town.url(), TOWN).await;
        town
    }

    pub(super) fn url(&self) -> String {
        self.cluster.url_for(OWNER, self.name)
    }

    pub(super) fn service_url(&self) -> String {
        self.cluster.url_for(SERVICE, self.name)
    }

    pub(super) async fn backup(&self, file: &Path) {
        backup(&self.url(), self.cluster.binaries(), file)
            .await
            .unwrap();
    }

    pub(super) async fn restore(
        &self,
        file: &Path,
        newest_known: i64,
    ) -> Result<Restored, PostgresError> {
        restore(
            &self.url(),
            self.cluster.binaries(),
            file,
            newest_known,
            at(),
        )
        .await
    }

    /// The databases of the server whose names begin with this town's.
    pub(super) async fn databases(&self) -> Vec<String> {
        let mut owner = connect(&self.cluster.owner_url()).await;
        sqlx::query_scalar(
            "select datname from pg_database where starts_with(datname, $1) order by 1",
        )
        .bind(self.name)
        .fetch_all(&mut owner)
        .await
        .unwrap()
    }
}

/// Every row of every table, and what surrounds them, as text.
pub(super) async fn everything(url: &str) -> BTreeMap<String, Vec<String>> {
    let mut connection = connect(url).await;
    let queries = "
        select 'table ' || tablename,
               format('select t::text from public.%I t order by 1', tablename)
          from pg_tables where schemaname = 'public'
        union all select 'sequence ' || sequencename,
               format('select concat(last_value, is_called) from public.%I', sequencename)
          from pg_sequences where schemaname = 'public'
        union all values
          ('indexes', 'select indexdef from pg_indexes where schemaname = ''public'' order by 1'),
          ('constraints', 'select conname || pg_get_constraintdef(oid) from pg_constraint
                            where connamespace = ''public''::regnamespace order by 1'),
          ('policies', 'select p::text from pg_policies p order by 1'),
          ('rights', 'select concat_ws('' '', grantee, table_name, privilege_type)
                        from information_schema.role_table_grants
                       where table_schema = ''public'' order by 1')";
    let queries: Vec<(String, String)> = sqlx::query_as(queries)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let mut found = BTreeMap::new();
    for (what, query) in queries {
        let rows = sqlx::query_scalar(AssertSqlSafe(query))
            .fetch_all(&mut connection)
            .await;
        found.insert(what, rows.unwrap());
    }
    found
}
