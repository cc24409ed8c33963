//! The keys with which an identity provider signs, as it publishes them (RFC 7517).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value;

/// The algorithms that are accepted. All are asymmetric: nothing public can serve as a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// One key, for one algorithm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    id: String,
    material: Material,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Key {
    /// Whether this is the key of that id; a key is for the one algorithm of its kind.
    pub(super) fn is(&self, id: &str, algorithm: Algorithm) -> bool {
        self.id == id && self.algorithm() == algorithm
    }

    fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Rsa { .. } => Algorithm::Rs256,
            Material::P256(_) => Algorithm::Es256,
            Material::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// RSA keys below 2,048 bits verify nothing.
    pub(super) fn verifies(&self, algorithm: Algorithm, signed: &[u8], signature: &[u8]) -> bool {
        let verified = match &self.material {
            _ if self.algorithm() != algorithm => return false,
            Material::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                signed,
                signature,
            ),
            Material::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature)
            }
            Material::Ed25519(point) => {
                UnparsedPublicKey::new(&ED25519, point).verify(signed, signature)
            }
        };
        verified.is_ok()
    }
}

#[derive(Deserialize)]
struct Published {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct KeyList {
    keys: Vec<Value>,
}

/// Reads a published list. Keys for other purposes and of kinds that are not accepted are passed
/// over; `None` when it is no list of keys at all.
pub(super) fn read(document: &[u8]) -> Option<Vec<Key>> {
    let list: KeyList = serde_json::from_slice(document).ok()?;
    Some(list.keys.into_iter().filter_map(key).collect())
}

fn key(value: Value) -> Option<Key> {
    let published: Published = serde_json::from_value(value).ok()?;
    if published
        .purpose
        .as_deref()
        .is_some_and(|purpose| purpose != "sig")
    {
        return None;
    }
    let part = |part: &Option<String>| URL_SAFE_NO_PAD.decode(part.as_deref()?).ok();
    let material = match (published.kty.as_str(), published.crv.as_deref()) {
        ("RSA", None) => Material::Rsa {
            n: part(&published.n)?,
            e: part(&published.e)?,
        },
        ("EC", Some("P-256")) => {
            let (x, y) = (part(&published.x)?, part(&published.y)?);
            Material::P256([&[4][..], &x, &y].concat()) // uncompressed
        }
        ("OKP", Some("Ed25519")) => Material::Ed25519(part(&published.x)?),
        _ => return None,
    };
    let key = Key {
        id: published.kid?,
        material,
    };
    let fits = published
        .alg
        .is_none_or(|name| Algorithm::named(&name) == Some(key.algorithm()));
    fits.then_some(key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_of_other_kinds_and_purposes_are_passed_over() {
        let x = URL_SAFE_NO_PAD.encode([7; 32]);
        let list = json!({"keys": [
            {"kty": "oct", "kid": "secret", "k": x},
            {"kty": "OKP", "crv": "X25519", "kid": "agreement", "x": x},
            {"kty": "OKP", "crv": "Ed25519", "kid": "sealing", "use": "enc", "x": x},
            {"kty": "OKP", "crv": "Ed25519", "kid": "other", "alg": "ES256", "x": x},
            {"kty": "OKP", "crv": "Ed25519", "x": x},
            {"kty": "RSA", "kid": "half", "n": x},
            "nonsense",
            {"kty": "OKP", "crv": "Ed25519", "kid": "good", "use": "sig", "alg": "EdDSA", "x": x},
        ]});
        let keys = read(list.to_string().as_bytes()).unwrap();
        assert_eq!(keys.len(), 1);
        assert!(keys[0].is("good", Algorithm::EdDsa));
        assert!(!keys[0].is("good", Algorithm::Rs256));
        assert_eq!(read(b"[]"), None);
    }
}
