//! The names of the settings, for readers and for whoever misspells one.

/// What residents are told when nobody says which authority it is.
pub(super) const AUTHORITY: &str = "本区房屋征收（改造）主管部门";

/// Every setting: its name in the environment, its name in the file, what it is, its default.
pub const SETTINGS: &[(&str, &str, &str, &str)] = &[
    (
        "ANJU_LISTEN",
        "listen",
        "address and port to serve on",
        "127.0.0.1:8080",
    ),
    (
        "ANJU_TRUSTED_PROXIES",
        "trusted_proxies",
        "addresses and networks of reverse proxies whose X-Forwarded-For is believed",
        "none",
    ),
    (
        "ANJU_DATA_DIR",
        "data_dir",
        "keys, credentials and the private database",
        "/var/lib/anju as root, else $XDG_DATA_HOME/anju or ~/.local/share/anju",
    ),
    (
        "ANJU_TIMEZONE",
        "timezone",
        "zone of legal days",
        "Asia/Shanghai",
    ),
    (
        "DATABASE_URL",
        "database_url",
        "PostgreSQL to use instead of the private one",
        "none",
    ),
    (
        "ANJU_SERVICE_DATABASE_URL",
        "service_database_url",
        "the same database for the service role",
        "none",
    ),
    (
        "ANJU_DISTRICT_CODE",
        "district_code",
        "administrative code of the district (GB/T 2260), entered once",
        "370103",
    ),
    (
        "ANJU_DISTRICT_NAME",
        "district_name",
        "name of the district, entered once",
        "市中区",
    ),
    (
        "ANJU_PG_BIN",
        "pg_bin",
        "folder of the PostgreSQL programs",
        "searched",
    ),
    (
        "ANJU_KEY_FILE",
        "key_file",
        "key ring for personal data",
        "<data_dir>/keys/ring.toml",
    ),
    (
        "ANJU_DB_CONNECTIONS",
        "db_connections",
        "database connections of this process in all, 8 to 200",
        "16",
    ),
    (
        "ANJU_DRAIN_SECONDS",
        "drain_seconds",
        "how long /readyz says no before a stop, 0 to 30; behind a balancer longer than it takes \
         to notice",
        "0",
    ),
    (
        "ANJU_JOB_WORKERS",
        "job_workers",
        "imports and reports worked on at a time, 1 to 8",
        "2",
    ),
    (
        "ANJU_UPLOAD_BYTES_MAX",
        "upload_bytes_max",
        "largest file to import in bytes, up to 512 MiB",
        "200000000",
    ),
    (
        "ANJU_OIDC_ISSUER",
        "oidc_issuer",
        "identity provider (OpenID Connect) whose tokens are accepted",
        "none",
    ),
    (
        "ANJU_OIDC_AUDIENCE",
        "oidc_audience",
        "for whom its tokens must be; needed with ANJU_OIDC_ISSUER",
        "none",
    ),
    (
        "ANJU_OIDC_STAFF_CLAIM",
        "oidc_staff_claim",
        "sub, matched with /v1/oidc-identities, or a claim that holds the staff number",
        "sub",
    ),
    (
        "ANJU_AUTHORITY",
        "authority",
        "name of the authority that residents are told stands behind the lookup",
        AUTHORITY,
    ),
    (
        "ANJU_AUTHORITY_PHONE",
        "authority_phone",
        "where that authority answers residents",
        "12345",
    ),
    ("ANJU_LOG_FORMAT", "log_format", "text or json", "text"),
    ("ANJU_LOG", "log", "which log lines, as in RUST_LOG", "info"),
];

/// Names that are not settings but belong to us.
pub(super) const OTHER_NAMES: &[&str] = &["ANJU_CONFIG", "ANJU_KEY"];
