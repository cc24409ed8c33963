//! Resettlement estates (安置房小区), their buildings and flats, from the list of flats to the keys.
//!
//! An *estate* belongs to a programme and is seen by whoever sees the programme. A *flat* goes to
//! at most one household, and its keys are handed over only when nothing blocks that. Tables:
//! `estate`, `building`, `flat`, `flat_release`.

mod api;
mod export;
mod flats;
mod model;
mod store;

pub use api::HousingApi;
pub use export::HousingExportsApi;
pub use flats::{
    FlatExportsApi, FlatRow, FlatsApi, HandoversApi, compare_flats, find_flat, flats_of,
    import_flats, lock_flat,
    model::{Flat, ReleaseReason},
    no_flat, place,
};
pub use model::{Building, Estate};
