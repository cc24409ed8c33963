//! What every test stands on: a town with its own database, and people who act in it.

mod cluster;
pub mod homes;
mod people;
mod staffing;
mod town;
pub mod watch;

pub use cluster::{empty_database, fresh_database, ground};
pub use people::{Errand, Person, Reply, fresh_key};
pub use town::{Town, citizen_number, citizen_number_of, day, demo_scope, machine};
