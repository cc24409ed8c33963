//! Words of signing in.

use poem_openapi::Object;

use crate::values::{AccountId, Instant, Login, OneTimeCode, Password, StaffId, StaffSessionId};

/// What somebody signs in with.
#[derive(Debug, Object)]
#[oai(rename = "NewStaffSession", write_only_all)]
pub(super) struct NewSession {
    pub login: Login,
    pub password: Password,
    /// Needed as soon as a second factor was set up.
    pub one_time_code: Option<OneTimeCode>,
}

/// A session with its token, shown this once.
#[derive(Debug, Object)]
#[oai(rename = "OpenedStaffSession")]
pub(super) struct OpenedSession {
    pub session_id: StaffSessionId,
    /// Send it as `Authorization: Bearer …`. It cannot be shown again.
    pub token: String,
    /// When it ends at the latest; it also ends after 30 minutes without a request.
    pub expires_at: Instant,
    /// Until a password was chosen with `changeMyPassword`, nothing else is permitted.
    pub password_change_required: bool,
    /// Until a second factor was set up with `beginSecondFactor` and `confirmSecondFactor`,
    /// nothing else is permitted.
    pub second_factor_required: bool,
}

/// A session of one's own that is open.
#[derive(Debug, Object)]
pub(super) struct MySession {
    pub id: StaffSessionId,
    pub opened_at: Instant,
    /// When it was last used, to the minute.
    pub seen_at: Instant,
    pub expires_at: Instant,
    /// The one that asks.
    pub current: bool,
}

/// A new password of one's own.
#[derive(Debug, Object)]
#[oai(write_only_all)]
pub(super) struct PasswordChange {
    pub current: Password,
    /// At least 10 characters with 3 of capital letters, small letters, digits and others, or at
    /// least 16 characters.
    pub new: Password,
}

/// The secret of a second factor, shown this once.
#[derive(Debug, Object)]
pub(super) struct NewSecondFactor {
    /// In base32, to be typed into an authenticator.
    pub secret: String,
    /// The same, for a QR code.
    pub otpauth_url: String,
}

/// A code of the second factor.
#[derive(Debug, Object)]
#[oai(write_only_all)]
pub(super) struct SecondFactorCode {
    pub code: OneTimeCode,
}

/// A way for a member of staff to sign in with a password.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Account {
    pub id: AccountId,
    pub staff_id: StaffId,
    /// The number on the badge.
    pub staff_no: String,
    pub name: String,
    pub login: String,
    /// A second factor was set up and used.
    pub second_factor: bool,
    /// The password was made by an administrator and not changed yet.
    pub must_change: bool,
    pub disabled_at: Option<Instant>,
    pub created_at: Instant,
    pub version: i32,
}

/// An account for a member of staff.
#[derive(Debug, Object)]
#[oai(write_only_all)]
pub(super) struct NewAccount {
    pub staff_id: StaffId,
    pub login: Login,
}

/// An account with its first password, shown this once.
#[derive(Debug, Object)]
pub(super) struct IssuedAccount {
    pub id: AccountId,
    pub login: String,
    /// It works for seven days, and only to choose another.
    pub one_time_password: String,
    pub password_expires_at: Instant,
}

/// What of an account is made anew.
#[derive(Debug, Object)]
pub(super) struct AccountReset {
    /// Also the second factor, for example when the telephone was lost.
    #[oai(default)]
    pub second_factor: bool,
}
