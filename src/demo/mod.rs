//! The demo programme "2018 市中区更新改造": 22 old villages and 31 shantytown areas.
//!
//! Everything in it is synthetic and says so, and is the same for everyone who loads it. The names
//! of East and West Dajiangou are real villages; their real month was in 2017, the days here are
//! invented. It is loaded as a client would load it: over the API, with demo keys, files through
//! imports, and nothing through a back door. A load that was interrupted goes on where it stopped.

mod client;
mod files;
mod load;
mod offices;
mod people;
mod plan;
mod programme;

pub use client::Keys;
pub use load::{Loaded, load};
pub use programme::is_loaded;
