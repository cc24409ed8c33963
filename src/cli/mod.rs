//! The commands of the program. Each prints for a person, and only here is anything printed.

mod data;
mod demo;
mod home;
mod import;
mod keys;
mod out;
mod report;
mod ring;
mod serve;
mod staff;
mod stopping;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::{
    config::{Config, SETTINGS},
    http::Caller,
    staff::{Role, Scope},
    values::{Label, Login, Number, PersonName},
};

pub use out::complain;

/// Anju (安居): case management for district redevelopment.
///
/// Without `DATABASE_URL` Anju keeps a private PostgreSQL in its data directory. Start with
/// `anju serve --demo` and open the address it prints.
#[derive(Debug, Parser)]
#[command(version, after_help = settings_help())]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API, the resident page and the reference until told to stop
    #[command(after_help = settings_help())]
    Serve {
        /// Load the demo programme first, if the database has none
        #[arg(long)]
        demo: bool,
    },
    /// Load the demo programme into this database: synthetic, the same for everyone
    Demo,
    /// Apply the migrations and leave
    Migrate,
    /// Print the OpenAPI document, or write it to openapi/anju-v1.json
    Openapi {
        /// Write the file instead of printing
        #[arg(long)]
        write: bool,
    },
    /// Load a roster, agreements, flats, inspection points or needs from a file
    Import(import::ImportArgs),
    /// Write a report to a file and print its digest; everything in it is from one snapshot
    Report(report::ReportArgs),
    /// API keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Staff
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Back the database up into one file; works while serving. Keys are not in it
    Backup {
        /// Where to write it; a file that exists is not overwritten
        file: PathBuf,
    },
    /// Put a backup in the place of the database; what was there is kept beside it
    Restore {
        /// What `anju backup` wrote
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make the key ring of a new database, where the settings say it lies
    Ring,
    /// Add new keys to the ring; at its next start the service seals everything anew with them
    Rotate,
    /// Create a key and print it, the only time it can be seen
    Create {
        /// What its holder is, and so what the key may do
        #[arg(long, value_enum)]
        role: Role,
        /// Who holds it, for example the name of the desk or the program
        #[arg(long, value_parser = label)]
        label: Label,
        /// Days until it expires
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(i64).range(1..=730))]
        days: i64,
        /// The code of the organisation unit it works at; the district when not said
        #[arg(long)]
        unit: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Make the first administrator and print the one-time password, the only time it can be seen
    ///
    /// A system administrator of the district, who then enters everybody else. Refused when there
    /// is an account already.
    Bootstrap {
        /// The number on the badge (工号)
        #[arg(long)]
        staff_no: Number,
        #[arg(long)]
        name: PersonName,
        /// The name to sign in under
        #[arg(long)]
        login: Login,
    },
}

fn settings_help() -> String {
    use std::fmt::Write as _;
    let mut help = String::from("Settings (environment, or the TOML file named by ANJU_CONFIG):\n");
    for (name, _, what, default) in SETTINGS {
        writeln!(help, "  {name:<26} {what} [{default}]").expect("a text takes more text");
    }
    help
}

/// Runs one command.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    if let Command::Openapi { write } = cli.command {
        return data::openapi(write);
    }
    let config = Config::from_process()?;
    crate::telemetry::start(&config);
    match cli.command {
        Command::Serve { demo } => serve::serve(config, demo).await,
        Command::Demo => demo::demo(config).await,
        Command::Migrate => home::migrate(&config).await,
        Command::Openapi { .. } => unreachable!("answered above"),
        Command::Import(args) => import::import(config, args).await,
        Command::Report(args) => report::report(config, args).await,
        Command::Key(KeyCommand::Ring) => ring::make(&config),
        Command::Key(KeyCommand::Rotate) => keys::rotate(config).await,
        Command::Key(KeyCommand::Create {
            role,
            label,
            days,
            unit,
        }) => keys::create(config, role, label, days, unit).await,
        Command::Staff(StaffCommand::Bootstrap {
            staff_no,
            name,
            login,
        }) => staff::bootstrap(config, staff_no, name, login).await,
        Command::Backup { file } => data::backup(&config, &file).await,
        Command::Restore { file } => data::restore(&config, &file).await,
    }
}

/// Who acts when somebody works at the machine itself, without a key.
fn operator() -> Caller {
    Caller {
        client_id: uuid::Uuid::nil(),
        staff_id: None,
        role: "operator",
        scope: Scope::everything(),
    }
}

/// The rules for labels are those of the API.
fn label(text: &str) -> Result<Label, String> {
    Label::parse(text).map_err(|refused| refused.en)
}

/// Names of roles on the command line are those of the API.
pub(crate) fn role_name(role: Role) -> String {
    role.to_possible_value()
        .map_or_else(String::new, |v| v.get_name().to_owned())
}
