//! What commands print for a person.

use std::{
    fmt,
    io::{self, ErrorKind, Write as _},
};

use anyhow::Context as _;

/// Prints a line.
macro_rules! say {
    ($($words:tt)*) => {
        $crate::cli::out::print(format_args!("{}\n", format_args!($($words)*)))?
    };
}
pub(super) use say;

/// Writes a line to the standard error, as far as somebody reads it.
macro_rules! remark {
    ($($words:tt)*) => {
        $crate::cli::out::remark_on(format_args!($($words)*))
    };
}
pub(super) use remark;

/// Prints a text as it is. Whoever was reading may have gone (`| head`): the command goes on.
pub(super) fn print(text: fmt::Arguments<'_>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_fmt(text).and_then(|()| out.flush()) {
        Err(gone) if gone.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("cannot write to the standard output"),
    }
}

/// Why a command failed, on the standard error, as far as somebody reads it.
pub fn complain(error: &anyhow::Error) {
    remark!("anju: {}", reason(error));
}

pub(super) fn remark_on(words: fmt::Arguments<'_>) {
    // There is nobody left to be told of a failure to tell.
    let _unheard = writeln!(io::stderr().lock(), "{words}");
}

/// The chain of causes, each told once: some errors repeat their cause in their own words.
fn reason(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain() {
        let words = cause.to_string();
        if told.is_empty() {
            told = words;
        } else if !told.ends_with(&words) {
            told = format!("{told}: {words}");
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_its_error_repeats_is_told_once() {
        let refused = io::Error::new(ErrorKind::ConnectionRefused, "refused (111)");
        let error = anyhow::Error::new(sqlx::Error::Io(refused)).context("no database");
        assert_eq!(
            reason(&error),
            "no database: error communicating with database: refused (111)"
        );
    }
}
