//! `sqlx::migrate!` and the checked queries do not notice new files by themselves.
fn main() {
    for path in ["migrations", "sqlx.toml", ".sqlx"] {
        println!("cargo:rerun-if-changed={path}");
    }
}
