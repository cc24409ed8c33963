//! A town: the service over a database of its own, with a clock that the test sets.

use std::sync::{Arc, Mutex};

use anju::{
    App, Clock, Entropy,
    config::Config,
    http::Caller,
    privacy::KeyRing,
    staff::{Role, Scope},
    values::Day,
};
use chrono::{DateTime, Utc};
use poem::{EndpointExt as _, endpoint::BoxEndpoint};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    Person,
    cluster::{fresh_database, ground},
};

/// 2018-03-05 10:00 in Shanghai: a Monday.
pub fn first_moment() -> DateTime<Utc> {
    "2018-03-05T02:00:00Z".parse().unwrap()
}

pub struct Town {
    pub app: App,
    pub database: String,
    pub service: Arc<BoxEndpoint<'static>>,
    now: Arc<Mutex<DateTime<Utc>>>,
}

/// `day("2018-03-05")`
pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Somebody who sees the whole district, as a job that nobody's key ordered does.
pub fn machine(client_id: Uuid, role: &'static str) -> Caller {
    let [district, _] = ground().districts;
    Caller {
        client_id,
        staff_id: None,
        role,
        scope: Scope::everything().of(client_id, district.0),
    }
}

/// What a key of the invented district sees.
pub fn demo_scope() -> Scope {
    let [_, invented] = ground().districts;
    Scope::of_units([invented.0].into(), None, [].into())
}

impl Town {
    /// Opens the database as the service does for somebody who sees everything.
    pub async fn conn(&self) -> sqlx::PgTransaction<'static> {
        let caller = machine(Uuid::nil(), "auditor");
        self.app.begin(&caller.scope).await.unwrap()
    }

    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// A town with these settings, as the environment would give them.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let database = fresh_database().await;
        let now = Arc::new(Mutex::new(first_moment()));
        let hand = Arc::clone(&now);
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ring.toml");
        write_private(&file, &ground().ring);
        let folder = dir.path().display().to_string();
        let usual = [("ANJU_DB_CONNECTIONS", "13")];
        let ours = [("ANJU_DATA_DIR", folder.as_str())];
        let environment = usual.iter().chain(settings).chain(&ours);
        let environment = environment.map(|(name, value)| ((*name).into(), (*value).into()));
        let config = Config::read(&environment.collect()).unwrap();
        let url = (ground().service_url)(&database);
        let db = anju::database::connect(&url, config.pool_connections()).unwrap();
        let clock = Clock::from_fn(move || *hand.lock().unwrap(), chrono_tz::Asia::Shanghai);
        let ring = KeyRing::load(&file).unwrap();
        let app = App::new(db, clock, Entropy::system(), ring, config);
        let service = Arc::new(anju::service(app.clone()).map_to_response().boxed());
        Self {
            app,
            database,
            service,
            now,
        }
    }

    /// Moves the clock of the service.
    pub fn set_clock(&self, instant: &str) {
        *self.now.lock().unwrap() = instant.parse().unwrap();
    }

    /// Where the owner of the database finds it.
    pub fn owner_url(&self) -> String {
        (ground().owner_url)(&self.database)
    }

    /// Puts the key ring of every town into a file.
    pub fn put_ring(file: &std::path::Path) {
        write_private(file, &ground().ring);
    }

    /// The database as its owner sees it, past every right.
    pub async fn owner(&self) -> PgPool {
        PgPool::connect(&self.owner_url()).await.unwrap()
    }

    pub fn admin(&self) -> Person {
        self.person(Role::DistrictAdmin, false)
    }

    pub fn officer(&self) -> Person {
        self.person(Role::CaseOfficer, false)
    }

    pub fn inspector(&self) -> Person {
        self.person(Role::Inspector, false)
    }

    pub fn needs_officer(&self) -> Person {
        self.person(Role::NeedsOfficer, false)
    }

    pub fn auditor(&self) -> Person {
        self.person(Role::Auditor, false)
    }

    pub fn anonymous(&self) -> Person {
        Person::new(Arc::clone(&self.service), None)
    }

    /// Whoever holds this bearer token.
    pub fn bearer(&self, token: &str) -> Person {
        Person::new(Arc::clone(&self.service), Some(token.to_owned()))
    }

    /// A member of staff; a demo key when `synthetic_only`.
    pub fn person(&self, role: Role, synthetic_only: bool) -> Person {
        self.bearer(&Self::token(role, synthetic_only))
    }

    /// The token of a member of staff, who is the same at every service over this database.
    pub fn token(role: Role, synthetic_only: bool) -> String {
        let secrets = &ground().secrets;
        let (.., secret) = secrets
            .iter()
            .find(|(r, s, _)| *r == role && *s == synthetic_only)
            .unwrap();
        secret.clone()
    }

    /// A real (not synthetic) programme.
    pub async fn programme(&self) -> Value {
        self.programme_named("2018 更新改造", false).await
    }

    pub async fn programme_named(&self, name: &str, synthetic: bool) -> Value {
        let body = json!({"name": name, "year": 2018, "target_villages": 22, "target_areas": 31,
            "target_demolition_m2": "3000000.00", "synthetic": synthetic});
        self.person(Role::DistrictAdmin, synthetic)
            .post("/v1/programmes", &body)
            .send()
            .await
            .ok(201)
            .json
    }

    /// A parcel of a programme, an old village with a signing period in March 2018.
    pub async fn parcel(&self, programme: &Value, code: &str) -> Value {
        let body = json!({"programme_id": programme["id"], "code": code, "name": format!("{code}村"),
            "kind": "old_village", "legal_track": "agreement_relocation",
            "subdistrict": "十六里河街道", "village": format!("{code}村"),
            "households_planned": 100, "area_planned_m2": "20000.00",
            "signing_from": "2018-03-01", "signing_to": "2018-03-31", "moving_by": "2018-04-30",
            "contact_name": "改造办公室", "contact_phone": "0531-00000000"});
        self.admin()
            .post("/v1/parcels", &body)
            .send()
            .await
            .ok(201)
            .json
    }

    /// A body for a household with one adult holder and one structure of 120.50 m².
    pub fn household_body(parcel: &Value, number: &str) -> Value {
        json!({"parcel_id": parcel["id"], "household_no": number, "holder_name": "张小三",
            "address": "大沟村 12 号", "phone": "0531-12345678",
            "persons": [{"name": "张小三", "relation": "02", "holder": true,
                "document": {"kind": "citizen_number", "number": citizen_number(number)}}],
            "structures": [{"seq": 1, "use": "residential", "certificate_no": "济房权证 001",
                "certificate_area_m2": "118.00", "measured_area_m2": "121.30",
                "recognised_area_m2": "120.50"}]})
    }

    pub async fn household(&self, parcel: &Value, number: &str) -> Value {
        let body = Self::household_body(parcel, number);
        self.officer()
            .post("/v1/households", &body)
            .send()
            .await
            .ok(201)
            .json
    }

    /// A draft agreement of a household over 120.50 m² and 1,250,000 yuan.
    pub async fn draft(&self, household: &Value, number: &str) -> Value {
        let body = json!({"household_id": household["id"], "agreement_no": number,
            "floor_area_m2": "120.50", "amount": "1250000.00"});
        self.officer()
            .post("/v1/agreements", &body)
            .send()
            .await
            .ok(201)
            .json
    }

    /// A signed agreement.
    pub async fn signed(&self, household: &Value, number: &str, on: &str) -> Value {
        let draft = self.draft(household, number).await;
        let path = format!(
            "/v1/agreements/{}/signatures",
            draft["id"].as_str().unwrap()
        );
        let request = self.officer().post(&path, &json!({"signed_on": on}));
        request
            .if_match(&draft["version"])
            .send()
            .await
            .ok(200)
            .json
    }

    /// Everything the database holds, as text and as hexadecimal bytes, past every right.
    pub async fn whole_database(&self) -> String {
        let owner = self.owner().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "select tablename::text from pg_tables where schemaname = 'public' order by 1",
        )
        .fetch_all(&owner)
        .await
        .unwrap();
        assert!(tables.len() > 20, "the tables are found");
        let mut all = String::new();
        for table in tables {
            let rows = format!("select t::text from {table} t");
            let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(rows))
                .fetch_all(&owner)
                .await
                .unwrap();
            all.extend(rows);
        }
        all
    }

    /// How many rows a table has, past every right.
    pub async fn count(&self, table: &str) -> i64 {
        let owner = self.owner().await;
        let sql = format!("select count(*) from {table}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&owner)
            .await
            .unwrap()
    }
}

/// A valid citizen number of an adult, different for every `seed`.
pub fn citizen_number(seed: &str) -> String {
    let hash = seed
        .bytes()
        .fold(7_u32, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b)));
    let (day, sequence) = (1 + hash % 28, 1 + (hash / 28) % 998);
    citizen_number_of(&format!("370103198001{day:02}{sequence:03}"))
}

/// Completes seventeen digits with their check digit (GB 11643).
pub fn citizen_number_of(digits: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits
        .bytes()
        .zip(WEIGHTS)
        .map(|(d, w)| u32::from(d - b'0') * w)
        .sum();
    let check = b"10X98765432"[usize::try_from(sum % 11).unwrap()];
    format!("{digits}{}", char::from(check))
}

fn write_private(file: &std::path::Path, text: &str) {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
