//! Signing in (登录): local accounts with a password and a second factor, sessions, and tokens of an
//! identity provider.
//!
//! A *session* (登录会话) is a person who gave a password and a code, for twelve hours at most; an
//! *account* (账号) is what they gave them for; an *identity* (统一身份) is whom an identity provider
//! knows as a member of staff. What any of them may do is decided by the posts of the person
//! ([`crate::staff`]). Tables: `account`, `staff_session`, `oidc_identity`.

mod accounts;
mod bootstrap;
mod gate;
mod identities;
mod limits;
mod members;
mod model;
mod oidc;
mod own;
mod passwords;
mod rules;
mod second_factor;
mod sessions;
mod store;

pub use accounts::{AccountExportsApi, AccountsApi};
pub use bootstrap::{First, bootstrap};
pub use gate::Gate;
pub use identities::{IdentitiesApi, IdentityExportsApi};
pub use oidc::Vouched;
pub use own::OwnAccountApi;
pub use second_factor::SECOND_FACTOR;
pub use sessions::SessionsApi;
pub(crate) use store::note_use;

use crate::{app::Entropy, values::Password};

/// A password that an administrator passes on: four groups of four letters and digits, 80 bits.
fn one_time_password(entropy: &Entropy) -> Password {
    // Without what is mistaken for another: 0 and o, 1 and l.
    const LETTERS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";
    let mut text = String::with_capacity(19);
    for (position, byte) in entropy.bytes::<16>().into_iter().enumerate() {
        if position > 0 && position % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    Password::parse(&text).expect("nineteen characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_time_password_has_eighty_bits_in_letters_nobody_mistakes() {
        let password = one_time_password(&Entropy::system());
        let groups: Vec<_> = password.expose().split('-').collect();
        assert_eq!(groups.iter().map(|g| g.len()).collect::<Vec<_>>(), [4; 4]);
        assert!(!password.expose().contains(['0', 'o', '1', 'l']));
    }
}
