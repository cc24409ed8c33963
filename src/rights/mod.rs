//! The rights of the person (个人信息权利): requests about one's own data, as cases with a clock.
//!
//! A person, their guardian, heir or agent asks for a copy of their data (查阅、复制), for a field to
//! be corrected (更正) or for everything to be erased (删除); PIPL 44 to 50. A request is *received*,
//! then *accepted* or *refused* with a coded reason within 15 days, and *done*. A correction is made
//! by the rules of every other change; an erasure needs a second person, and waits while the law
//! wants the file kept; [`copy`] makes what is handed out. Each slice erases what it keeps; the
//! trail stays whole and loses the salts that would open it. Tables: `personal_data_request`.

mod api;
mod copy;
mod decide;
mod erasing;
mod export;
pub mod model;
mod receive;
mod refusals;
mod resident;
mod rules;
mod sealed;
mod store;
mod tell;

pub use api::DataRequestsApi;
pub use copy::{CopiesApi, DataCopy, forget as forget_copies, run};
pub use decide::DecisionsApi;
pub use export::DataRequestExportsApi;
pub use model::{Asker, CorrectionField, Kind, Proof, RefusalReason, State};
pub use resident::OwnRequestsApi;
pub use rules::{COPY_KEPT_DAYS, DECIDED_WITHIN_DAYS, FILES_KEPT_YEARS};
pub(crate) use sealed::{NOTE, PROPOSED};
