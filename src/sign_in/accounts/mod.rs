//! Accounts, as administrators see them: who has one, first passwords, resets, disabling.

mod api;
mod export;
mod store;

pub use api::AccountsApi;
pub use export::AccountExportsApi;
pub(super) use store::{NewRow, insert};

use crate::http::{Problem, words};

/// Why an act on somebody's account is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    AlreadyDisabled,
    OwnAccount,
    LoginTaken,
    AccountThere,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::AlreadyDisabled => Self::conflict(
                "account-disabled",
                "账号已停用",
                "The account is disabled already",
            ),
            Refusal::OwnAccount => Self::conflict(
                "own-account",
                "不能对自己的账号执行此操作",
                "Not for one's own account",
            )
            .detail(words!(
                "请由其他管理员办理",
                "another administrator does this for you"
            )),
            Refusal::LoginTaken => {
                Self::conflict("login-taken", "登录名已被使用", "The login is taken")
                    .at("/login", words!("请另选一个登录名", "choose another"))
            }
            Refusal::AccountThere => Self::conflict(
                "account-there",
                "该工作人员已有账号",
                "The member of staff has an account already",
            ),
        }
    }
}
