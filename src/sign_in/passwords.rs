//! Passwords at rest: argon2id, a few at a time.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use crate::{app::Entropy, http::Problem, values::Password};

/// Memory of one hash in KiB, passes over it, lanes: OWASP's first choice for argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// So many hashes at once, 76 MiB together; the others wait for their turn.
const AT_ONCE: usize = 4;

/// What is verified where there is no account: of the same parameters, and of no password.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
                       $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("within argon2's own limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The turns in which passwords are hashed.
#[derive(Debug)]
pub(super) struct Passwords(Arc<Semaphore>);

impl Passwords {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// What is kept of a password: a PHC string, with a salt of its own.
    pub(super) async fn hash(
        &self,
        entropy: &Entropy,
        password: &Password,
    ) -> Result<String, Problem> {
        let (password, salt) = (password.clone(), entropy.bytes::<16>());
        self.in_turn(move || {
            let hashed: argon2::PasswordHash = argon2id()
                .hash_password_with_salt(password.expose().as_bytes(), &salt)
                .expect("the salt has sixteen bytes");
            hashed.to_string()
        })
        .await
    }

    /// Whether this is the password of a hash. Without a hash it takes as long, and is not.
    pub(super) async fn verify(
        &self,
        hash: Option<&str>,
        password: &Password,
    ) -> Result<bool, Problem> {
        let (known, password) = (hash.is_some(), password.clone());
        let hash = hash.unwrap_or(NOBODYS).to_owned();
        self.in_turn(move || {
            let verified = argon2id().verify_password(password.expose().as_bytes(), hash.as_str());
            verified.is_ok() && known
        })
        .await
    }

    /// Does slow work beside the requests. The turn ends with the work, also where nobody waits
    /// for it any more.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = Arc::clone(&self.0).acquire_owned().await;
        let turn = turn.expect("the turns are never closed");
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
        .map_err(Problem::internal)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    #[tokio::test]
    async fn what_is_kept_is_argon2id_with_the_parameters_of_owasp_and_a_salt_of_its_own() {
        let passwords = Passwords::new();
        let entropy = Entropy::system();
        let hash = passwords
            .hash(&entropy, &password("Kiefer-27-Wald"))
            .await
            .unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let again = passwords
            .hash(&entropy, &password("Kiefer-27-Wald"))
            .await
            .unwrap();
        assert_ne!(hash, again);
        assert!(
            passwords
                .verify(Some(&hash), &password("Kiefer-27-Wald"))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(Some(&hash), &password("Kiefer-27-wald"))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn without_an_account_the_same_is_computed_and_nothing_is_right() {
        let nobodys: argon2::PasswordHash = NOBODYS.parse().unwrap();
        let params = Params::try_from(&nobodys).unwrap();
        let real = Params::new(MEMORY_KIB, PASSES, LANES, params.output_len()).unwrap();
        assert_eq!(params, real);
        let passwords = Passwords::new();
        assert!(!passwords.verify(None, &password("x")).await.unwrap());
        assert!(
            !passwords
                .verify(Some("broken"), &password("x"))
                .await
                .unwrap()
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn however_many_come_at_once_a_few_are_worked_on() {
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let passwords = Passwords::new();
        let work = || {
            let now = NOW.fetch_add(1, Ordering::SeqCst) + 1;
            MOST.fetch_max(now, Ordering::SeqCst);
            let mut out = [0; 32];
            argon2id()
                .hash_password_into(b"password", b"salt and more", &mut out)
                .unwrap();
            NOW.fetch_sub(1, Ordering::SeqCst);
        };
        let all = futures_util::future::join_all((0..100).map(|_| passwords.in_turn(work))).await;
        assert!(all.iter().all(Result::is_ok));
        assert!(MOST.load(Ordering::SeqCst) <= AT_ONCE);
    }
}
