//! A ciphertext on its way to or from a `bytea` column.

use std::fmt;
use std::ops::Deref;

/// What [`KeyRing::seal`](super::KeyRing::seal) made; `Debug` shows its size only.
#[derive(Clone, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct Sealed(pub Vec<u8>);

impl From<Vec<u8>> for Sealed {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Deref for Sealed {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_the_size_only() {
        assert_eq!(format!("{:?}", Sealed(vec![255; 46])), "Sealed(46 bytes)");
    }
}
