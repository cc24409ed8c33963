//! The second factor: codes of thirty seconds (TOTP, RFC 6238), each used once.

use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::{
    App,
    http::Problem,
    values::{AccountId, Instant, OneTimeCode},
};

/// What a sealed secret is bound to.
pub const SECOND_FACTOR: &str = "account.totp_sealed";
/// RFC 4226 asks for 160 bits.
const SECRET_BYTES: usize = 20;
/// Codes of the step before and after count too: clocks of telephones differ.
const SKEW_STEPS: u16 = 1;

fn totp(secret: &[u8]) -> Totp {
    let built = Builder::new()
        .with_skew(SKEW_STEPS)
        .with_secret(secret.to_vec())
        .build();
    built.expect("twenty bytes, six digits and thirty seconds are what RFC 6238 asks for")
}

/// A secret as its owner's telephone is told it, and as it is kept.
pub(super) struct Enrolment {
    pub(super) secret: String,
    pub(super) otpauth_url: String,
    pub(super) sealed: Vec<u8>,
}

pub(super) fn enrol(app: &App, account: AccountId, login: &str) -> Enrolment {
    let bytes = app.entropy.bytes::<SECRET_BYTES>();
    let secret = Secret::new(Box::new(bytes)).to_base32();
    Enrolment {
        // A login has no character that means something in an address.
        otpauth_url: format!("otpauth://totp/Anju:{login}?secret={secret}&issuer=Anju"),
        sealed: app
            .keys
            .seal(SECOND_FACTOR, account.0, &bytes, app.entropy.bytes()),
        secret,
    }
}

/// The step of a code, if it is one of now and of a step after the last that was used.
///
/// Without a secret or a code as much is computed, and nothing is found.
pub(super) fn step_of(
    app: &App,
    account: AccountId,
    sealed: Option<&[u8]>,
    code: Option<&OneTimeCode>,
    last_step: Option<i64>,
    now: Instant,
) -> Result<Option<i64>, Problem> {
    let secret = match sealed {
        Some(sealed) => app.keys.open(SECOND_FACTOR, account.0, sealed),
        None => Ok(Zeroizing::new(vec![0; SECRET_BYTES])),
    };
    let secret = secret.map_err(Problem::internal)?;
    let seconds = u64::try_from(now.as_datetime().timestamp()).unwrap_or_default();
    let typed = code.map_or("000000", OneTimeCode::expose);
    let step = totp(&secret).check(typed, seconds);
    let step = step.and_then(|step| i64::try_from(step).ok());
    let counts = sealed.is_some() && code.is_some();
    Ok(step.filter(|step| counts && last_step.is_none_or(|last| *step > last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1, its last six digits.
        let totp = totp(b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(totp.generate(seconds).to_string(), code);
            assert_eq!(totp.check(code, seconds), Some(seconds / 30));
            assert_eq!(totp.check(code, seconds + 30), Some(seconds / 30));
            assert_eq!(totp.check(code, seconds + 61), None);
        }
    }
}
