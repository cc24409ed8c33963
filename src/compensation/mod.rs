//! Computing compensation (补偿计算): pure, exact, and written down so that anyone can recompute it.

mod awards;
mod capital;
mod compile;
mod difference;
mod facts;
mod language;
mod plan;
mod reading;
mod replay;
mod run;
mod statement;
mod table;
mod value;

pub use awards::Award;
pub use capital::capital_amount;
pub use difference::{AreaDifference, Difference, LineDifference, TotalDifference};
pub use facts::{Fact, Facts};
pub use plan::Plan;
pub use replay::{Departure, Replay};
pub use run::ENGINE;
pub use statement::{
    Bound, Calculation, Condition, EntitledArea, Intermediate, ItemName, LeftOut, Name, Net,
    OptionName, Part, PayeeTotal, Payer, PlanName, Reading, Statement, StatementLine, Step,
    SwapBalance, Text, Total, Totals, Use, UseFrom,
};
pub(crate) use value::Value;
