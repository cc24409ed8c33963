//! People who work here: entered once, appointed by others, let go with everything they had.

mod four_eyes;
mod keys;
mod members;
mod posts;
