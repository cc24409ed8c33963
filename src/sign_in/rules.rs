//! Rules of passwords and of signing in.

use chrono::TimeDelta;

use crate::{
    http::{FieldError, Problem, Words, words},
    values::{Instant, Password},
};

/// How long a session lasts at most.
pub(super) const SESSION_LASTS: TimeDelta = TimeDelta::hours(12);
/// How long a password that an administrator made works.
pub(super) const ONE_TIME_PASSWORD_LASTS: TimeDelta = TimeDelta::days(7);
/// An address from which the account was opened within so long is familiar.
pub(super) const FAMILIAR_FOR: TimeDelta = TimeDelta::days(90);

/// A password of so many characters needs no classes.
const LONG: usize = 16;
const SHORTEST: usize = 10;
const CLASSES: usize = 3;
const DIFFERENT_CHARACTERS: usize = 5;

/// What everybody tries first; a password may not be one of these with digits and signs around it.
const COMMON: &[&str] = &[
    "abc",
    "abcd",
    "abcdef",
    "abcdefg",
    "abcdefgh",
    "admin",
    "administrator",
    "anju",
    "asdf",
    "asdfgh",
    "asdfghjkl",
    "changeme",
    "dragon",
    "football",
    "guest",
    "hello",
    "iloveyou",
    "jinan",
    "letmein",
    "login",
    "manager",
    "master",
    "monkey",
    "pass",
    "passw",
    "passwd",
    "password",
    "qaz",
    "qazwsx",
    "qwe",
    "qweasd",
    "qweasdzxc",
    "qwer",
    "qwert",
    "qwerty",
    "qwertyuiop",
    "root",
    "secret",
    "shizhong",
    "sunshine",
    "system",
    "test",
    "user",
    "welcome",
    "woaini",
    "zxcvbn",
    "zxcvbnm",
];

/// Why a password is not good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weakness {
    TooSimple,
    FewCharacters,
    Common,
    HoldsLogin,
    HoldsStaffNo,
}

impl Weakness {
    fn told(self) -> (&'static str, Words) {
        match self {
            Self::TooSimple => (
                "too-simple",
                words!(
                    "至少 {SHORTEST} 个字符，并包含大写字母、小写字母、数字、其他字符中的 {CLASSES} 类；或至少 {LONG} 个字符",
                    "at least {SHORTEST} characters with {CLASSES} of capital letters, small letters, digits and others, or at least {LONG} characters"
                ),
            ),
            Self::FewCharacters => (
                "few-characters",
                words!(
                    "至少 {DIFFERENT_CHARACTERS} 个不同的字符",
                    "at least {DIFFERENT_CHARACTERS} different characters"
                ),
            ),
            Self::Common => (
                "common",
                words!("这是常见口令", "it is one that everybody tries first"),
            ),
            Self::HoldsLogin => (
                "holds-login",
                words!("不得包含登录名", "it may not hold the login"),
            ),
            Self::HoldsStaffNo => (
                "holds-staff-number",
                words!("不得包含工号", "it may not hold the staff number"),
            ),
        }
    }
}

/// Everything that is wrong with a password somebody chose.
pub(super) fn weaknesses(password: &str, login: &str, staff_no: &str) -> Vec<Weakness> {
    let length = password.chars().count();
    let folded = password.to_lowercase();
    let holds = |text: &str| !text.is_empty() && folded.contains(&text.to_lowercase());
    let mut different: Vec<char> = folded.chars().collect();
    different.sort_unstable();
    different.dedup();
    let simple = length < SHORTEST || (length < LONG && classes(password) < CLASSES);
    [
        (Weakness::TooSimple, simple),
        (
            Weakness::FewCharacters,
            different.len() < DIFFERENT_CHARACTERS,
        ),
        (Weakness::Common, is_common(&folded)),
        (Weakness::HoldsLogin, holds(login)),
        (Weakness::HoldsStaffNo, holds(staff_no)),
    ]
    .into_iter()
    .filter_map(|(weakness, found)| found.then_some(weakness))
    .collect()
}

fn classes(password: &str) -> usize {
    let has = |class: fn(char) -> bool| usize::from(password.chars().any(class));
    has(|c| c.is_ascii_uppercase())
        + has(|c| c.is_ascii_lowercase())
        + has(|c| c.is_ascii_digit())
        + has(|c| !c.is_ascii_alphanumeric())
}

/// A common word, also with letters written as signs (`P@ssw0rd`) and with digits around it.
fn is_common(folded: &str) -> bool {
    let plain = |text: &str| -> String { text.chars().filter(char::is_ascii_lowercase).collect() };
    let spelt: String = folded
        .trim_matches(|c: char| !c.is_ascii_lowercase())
        .chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '3' => 'e',
            '1' | '!' => 'i',
            '0' => 'o',
            '5' | '$' => 's',
            other => other,
        })
        .collect();
    let letters = plain(folded);
    letters.is_empty() && folded.is_ascii()
        || COMMON.contains(&letters.as_str())
        || COMMON.contains(&plain(&spelt).as_str())
}

/// 422 naming every rule that a new password breaks.
pub(super) fn check_password(
    pointer: &str,
    password: &Password,
    login: &str,
    staff_no: &str,
) -> Result<(), Problem> {
    let found = weaknesses(password.expose(), login, staff_no);
    if found.is_empty() {
        return Ok(());
    }
    let mistakes = found.into_iter().map(|weakness| {
        let (code, told) = weakness.told();
        FieldError::new(pointer, code, told)
    });
    Err(Problem::invalid(
        "password-weak",
        "口令不符合要求",
        "The password is too weak",
    )
    .errors(mistakes.collect()))
}

/// Why somebody was not let in; for the trail, never told to who tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    Login,
    Password,
    /// One that an administrator made, after its time.
    PasswordExpired,
    Code,
    Disabled,
    Left,
}

impl Wrong {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Login => "unknown-login",
            Self::Password => "wrong-password",
            Self::PasswordExpired => "password-expired",
            Self::Code => "wrong-code",
            Self::Disabled => "account-disabled",
            Self::Left => "staff-left",
        }
    }
}

/// 401, the same for everything that can be wrong.
pub(super) fn not_let_in() -> Problem {
    Problem::unauthenticated("sign-in-failed", "登录失败", "Signing in failed").detail(words!(
        "登录名、口令或动态验证码不正确，或账号不可用；若已设置动态验证码，请一并填写未使用过的验证码",
        "login, password or one-time code is wrong, or the account cannot be used; where a second \
         factor is set up, a code that was not used before is needed"
    ))
}

/// Why an act on one's own account is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The password given as the present one is another.
    WrongPassword,
    /// The new password is the present one.
    SamePassword,
    FactorThere,
    FactorNotBegun,
    WrongCode,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::WrongPassword => Self::invalid(
                "password-wrong",
                "当前口令不正确",
                "The present password is wrong",
            )
            .at(
                "/current",
                words!("当前口令不正确", "not the present password"),
            ),
            Refusal::SamePassword => Self::invalid(
                "password-unchanged",
                "新口令与当前口令相同",
                "The new password is the present one",
            )
            .at("/new", words!("请另选一个口令", "choose another")),
            Refusal::FactorThere => Self::conflict(
                "second-factor-there",
                "已设置动态验证码",
                "There is a second factor already",
            )
            .detail(words!(
                "更换手机请联系管理员重置",
                "an administrator resets it when the telephone is replaced"
            )),
            Refusal::FactorNotBegun => Self::conflict(
                "second-factor-not-begun",
                "请先申请动态验证码密钥",
                "Ask for a second factor first",
            ),
            Refusal::WrongCode => {
                Self::invalid("code-wrong", "动态验证码不正确", "The code is wrong").at(
                    "/code",
                    words!("验证码不正确或已使用", "wrong, or used before"),
                )
            }
        }
    }
}

/// Until when a session that is opened now may be used at most.
pub(super) fn session_ends(now: Instant) -> Instant {
    Instant::new(now.as_datetime() + SESSION_LASTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(password: &str) -> Vec<Weakness> {
        weaknesses(password, "zhang.san", "A0017")
    }

    #[test]
    fn ten_characters_of_three_classes_or_sixteen_of_any() {
        for good in [
            "Kiefer-27w",
            "kiefer 27 wald",
            "nur kleine buchstaben",
            "安居工程一百二十三Ab",
            "KIEFER-2718",
        ] {
            assert_eq!(of(good), [], "{good}");
        }
        for bad in ["Kief-27wa", "kieferwald27", "kleine buchst"] {
            assert_eq!(of(bad), [Weakness::TooSimple], "{bad}");
        }
    }

    #[test]
    fn login_and_staff_number_are_no_passwords() {
        assert_eq!(of("Zhang.San-2018!"), [Weakness::HoldsLogin]);
        assert_eq!(of("kiefer-a0017-WALD"), [Weakness::HoldsStaffNo]);
    }

    #[test]
    fn what_everybody_tries_first_is_refused_however_it_is_dressed() {
        for bad in [
            "Password123!",
            "P@ssw0rd2024",
            "2024-Admin-2024",
            "Qwertyuiop-1",
            "1234567890-=1234",
            "!!Anju-2018!!",
        ] {
            assert!(of(bad).contains(&Weakness::Common), "{bad}");
        }
        assert_eq!(of("aaaaaaaaaaaaaaaaaaaa"), [Weakness::FewCharacters]);
    }
}
