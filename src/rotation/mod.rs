//! Changing the keys (密钥轮换): everything that is sealed is sealed anew with the newest ones.
//!
//! `anju key rotate` puts new keys into the ring and writes the rotation down. The next start of the
//! service has them and queues the job: it goes through every sealed column in the order of its
//! rows, a few hundred in a transaction of their own, and keeps its place in the database, so that
//! it may be interrupted anywhere. Meanwhile everything reads: old keys stay in the ring for good.
//! Tables: `key_rotation`; it writes the sealed columns of all others.

mod columns;
mod run;
mod store;

pub use columns::{COLUMNS, SealedColumn};
pub use run::{advance, begin, resume, run};
