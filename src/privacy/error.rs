//! What can go wrong with keys and ciphertexts.

use std::io;
use std::path::PathBuf;

/// A key that cannot have come from a source of randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakKey {
    /// Zeros, a repeated pattern, or a row of consecutive bytes.
    #[error("it is not random (zeros, a repetition or a sequence)")]
    NotRandom,
    /// Two entries hold the same secret.
    #[error("another entry has the same secret")]
    Repeated,
}

/// Why a ciphertext did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The key that sealed it is not in the key file.
    #[error("sealed with key {0}, which is not in the key file")]
    UnknownKey(u8),
    /// It was changed, moved from another row or column, sealed with another key of this id, or
    /// never was a ciphertext of ours.
    #[error("the sealed value was changed or does not belong to this row and column")]
    Tampered,
}

/// Why a key file was not read or not written. Every message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is none.
    #[error("{0} does not exist; restore it from its backup, or create one for a new database")]
    Missing(PathBuf),
    /// There already is one.
    #[error("{0} exists already and is never overwritten; move it away first if it is not needed")]
    Exists(PathBuf),
    /// Others than the owner can get at it.
    #[error("{path} is open to others (mode {mode:04o}); run: chmod 600 '{path}'")]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Others than the owner could exchange the file.
    #[error("others can write to {path} (mode {mode:04o}); run: chmod go-w '{path}'")]
    DirectoryOpenToOthers {
        /// The directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is not the file that was written.
    #[error("{path} is not a valid key file: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, without secrets.
        reason: String,
    },
    /// A key in it is no good.
    #[error("a key in {path} is weak: {weak}; restore the file from its backup")]
    Weak {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        weak: WeakKey,
    },
    /// The system refused.
    #[error("{path} cannot be read or written")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
