//! Imports (导入): a file in, every row accounted for.
//!
//! A file is taken in by a request and read by a job, once, in batches, inside one transaction:
//! a *commit* writes every row or none, a *validation* writes nothing and tells of every row
//! whether it is new, changed, unchanged or refused, and who is absent. Absence deletes nothing.
//! What the columns mean stands in [`shapes`], what the rows mean in the slices they are for; a
//! file is forgotten once it was read, its digest stays. Tables: `import`, `import_row`.

mod api;
mod cells;
mod findings;
mod ledger;
pub mod model;
mod reading;
mod run;
pub mod shapes;
mod store;
mod submit;
mod tables;
mod upload;

pub use api::ImportsApi;
pub use model::{Import, ImportKind, ImportMode, RowVerdict};
pub use run::{abandon, run};
pub use submit::{NewOrder, submit};
