//! Personal data at rest: sealed with AES-256-GCM, found again by keyed hashes.
//!
//! The keys live in a file outside the database. Each ciphertext names its key, so that keys can
//! be changed without touching old rows, and is bound to its column and row, so that it cannot
//! be moved to another one. The database keeps a mark of every key, so that it is served with no
//! other ring. Table: `ring_key`.

mod error;
mod key_content;
mod key_file;
mod key_ring;
mod known_keys;
mod purpose;
mod sealed;
#[cfg(test)]
mod tests;

pub use error::{KeyFileError, OpenError, WeakKey};
pub use key_ring::KeyRing;
pub use known_keys::{ForeignRing, admit_ring, note_ring, was_sealed};
pub use purpose::Purpose;
pub use sealed::Sealed;
