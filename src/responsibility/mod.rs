//! Who is responsible (责任人): every household, and every need, is in the hands of at most one
//! member of staff at a time.
//!
//! A need that is in nobody's hands of its own is in those of whoever has the household. Periods
//! follow each other without overlap; what has ended is kept. Table: `responsibility`.

mod api;
mod export;
mod hand_over;
pub mod model;
mod rules;
mod store;
mod work;

pub use api::ResponsibilityApi;
pub use export::ResponsibilityExportsApi;
pub use hand_over::HandOversApi;
pub use model::Responsibility;
pub use store::open_of;
pub use work::WorkApi;
