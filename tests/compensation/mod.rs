//! Plans as documents: what real plans give, what is refused, and what holds of every plan.

mod documents;
mod formulas;
mod guide;
mod language;
mod plans;
mod properties;
mod publication;
mod replay;
mod robustness;
mod statements;
mod support;
