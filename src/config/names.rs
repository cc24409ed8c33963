//! What the settings are called.

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
        "/var/lib/anju as root, else $XDG_DATA_HOME/anju",
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
        "administrative code of the district (GB/T 2260), used once",
        "370103",
    ),
    (
        "ANJU_DISTRICT_NAME",
        "district_name",
        "name of the district, used once",
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
        "database connections, 2 to 100",
        "8",
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
    ("ANJU_LOG_FORMAT", "log_format", "text or json", "text"),
    ("ANJU_LOG", "log", "which log lines, as in RUST_LOG", "info"),
];

/// Names that are not settings but belong to us.
pub(super) const OTHER_NAMES: &[&str] = &["ANJU_CONFIG", "ANJU_KEY"];
