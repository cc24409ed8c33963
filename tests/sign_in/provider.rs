//! An identity provider within the tests: it publishes its keys, and signs whatever it is told to.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use base64::{
    Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD,
};
use poem::{
    EndpointExt as _, Route, Server, get, handler,
    http::StatusCode,
    listener::{Acceptor as _, Listener as _, TcpListener},
    web::{Data, Json},
};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaKeyPair, RsaPublicKeyComponents,
    },
};
use serde_json::{Value, json};

pub const AUDIENCE: &str = "https://anju.example.org";

/// What it publishes, and how often it was asked.
#[derive(Clone)]
struct Published {
    issuer: String,
    keys: Arc<Mutex<Value>>,
    asked: Arc<AtomicUsize>,
    answers: Arc<AtomicBool>,
}

pub struct Provider {
    pub issuer: String,
    published: Published,
    rsa: RsaKeyPair,
    p256: EcdsaKeyPair,
    ed25519: Ed25519KeyPair,
}

#[handler]
fn discovery(Data(state): Data<&Published>) -> poem::Result<Json<Value>> {
    state.asked.fetch_add(1, Ordering::SeqCst);
    if !state.answers.load(Ordering::SeqCst) {
        return Err(StatusCode::INTERNAL_SERVER_ERROR.into());
    }
    let keys_at = format!("{}/keys", state.issuer);
    Ok(Json(json!({"issuer": state.issuer, "jwks_uri": keys_at})))
}

#[handler]
fn keys(Data(state): Data<&Published>) -> Json<Value> {
    Json(json!({"keys": *state.keys.lock().unwrap()}))
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .into_acceptor()
            .await
            .unwrap();
        let address = listener.local_addr().remove(0);
        let issuer = format!("http://{}", address.as_socket_addr().unwrap());
        let published = Published {
            issuer: issuer.clone(),
            keys: Arc::default(),
            asked: Arc::default(),
            answers: Arc::new(AtomicBool::new(true)),
        };
        let routes = Route::new()
            .at("/.well-known/openid-configuration", get(discovery))
            .at("/keys", get(keys))
            .data(published.clone());
        tokio::spawn(Server::new_with_acceptor(listener).run(routes));
        let text = include_str!("rsa-key-of-tests.txt").replace('\n', "");
        let random = SystemRandom::new();
        let p256 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let provider = Self {
            issuer,
            published,
            rsa: RsaKeyPair::from_pkcs8(&STANDARD.decode(text).unwrap()).unwrap(),
            p256: EcdsaKeyPair::from_pkcs8(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                p256.as_ref(),
                &random,
            )
            .unwrap(),
            ed25519: Ed25519KeyPair::from_pkcs8(
                Ed25519KeyPair::generate_pkcs8(&random).unwrap().as_ref(),
            )
            .unwrap(),
        };
        provider.publish("1");
        provider
    }

    /// Publishes its three keys under ids that end so.
    pub fn publish(&self, ending: &str) {
        let rsa = RsaPublicKeyComponents::<Vec<u8>>::from(self.rsa.public());
        let point = self.p256.public_key().as_ref();
        *self.published.keys.lock().unwrap() = json!([
            {"kty": "RSA", "kid": format!("rsa-{ending}"), "use": "sig", "alg": "RS256",
                "n": b64(&rsa.n), "e": b64(&rsa.e)},
            {"kty": "EC", "crv": "P-256", "kid": format!("ec-{ending}"), "use": "sig",
                "x": b64(&point[1..33]), "y": b64(&point[33..])},
            {"kty": "OKP", "crv": "Ed25519", "kid": format!("ed-{ending}"),
                "x": b64(self.ed25519.public_key().as_ref())},
        ]);
    }

    pub fn asked(&self) -> usize {
        self.published.asked.load(Ordering::SeqCst)
    }

    /// Whether it answers from now on.
    pub fn answers(&self, answers: bool) {
        self.published.answers.store(answers, Ordering::SeqCst);
    }

    /// The settings with which a town trusts it.
    pub fn settings(&self) -> [(&'static str, &str); 2] {
        [
            ("ANJU_OIDC_ISSUER", &self.issuer),
            ("ANJU_OIDC_AUDIENCE", AUDIENCE),
        ]
    }

    pub fn header(alg: &str) -> Value {
        let kid = match alg {
            "ES256" => "ec-1",
            "EdDSA" => "ed-1",
            _ => "rsa-1",
        };
        json!({"alg": alg, "kid": kid, "typ": "at+jwt"})
    }

    /// What it says of somebody for the next ten minutes.
    pub fn claims(&self, subject: &str, now: i64) -> Value {
        json!({"iss": self.issuer, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 600,
            "client_id": "desk", "jti": "1"})
    }

    /// A good token.
    pub fn token(&self, subject: &str, now: i64) -> String {
        self.signed(&Self::header("RS256"), &self.claims(subject, now))
    }

    /// A token with the signature that its header announces, as far as there is such.
    pub fn signed(&self, header: &Value, claims: &Value) -> String {
        let alg = header["alg"].as_str().unwrap_or_default().to_owned();
        self.signed_as(&alg, header, claims)
    }

    pub fn signed_as(&self, alg: &str, header: &Value, claims: &Value) -> String {
        let (header, claims) = (header.to_string(), claims.to_string());
        let signed = format!("{}.{}", b64(header.as_bytes()), b64(claims.as_bytes()));
        let signature = self.signature(alg, signed.as_bytes());
        format!("{signed}.{}", b64(&signature))
    }

    fn signature(&self, alg: &str, signed: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let rsa = |padding| {
            let mut signature = vec![0; self.rsa.public().modulus_len()];
            self.rsa
                .sign(padding, &random, signed, &mut signature)
                .unwrap();
            signature
        };
        match alg {
            "RS256" => rsa(&RSA_PKCS1_SHA256),
            "RS512" => rsa(&RSA_PKCS1_SHA512),
            "ES256" => self.p256.sign(&random, signed).unwrap().as_ref().to_vec(),
            "EdDSA" => self.ed25519.sign(signed).as_ref().to_vec(),
            // With what is public as the secret.
            "HS256" => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.rsa.public().as_ref());
                hmac::sign(&key, signed).as_ref().to_vec()
            }
            _ => vec![],
        }
    }
}
