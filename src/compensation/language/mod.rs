//! The expression language of plans.
//!
//! Its grammar, precedence and number literals are those of `zen-expression`: its lexer and parser
//! read every formula. What comes out is held against the declarations of the plan and becomes a
//! tree of our own ([`tree`]), which is what is computed. That closes what its virtual machine
//! leaves open: a name that is missing, a division by zero and a row that does not exist are
//! refused at their place instead of becoming `null`; tables, days and months are part of the
//! language; nothing reads the clock or rolls dice; and every step is written down for the
//! statement. Where the two overlap they agree, as a property test shows.
//!
//! | written | gives |
//! |---|---|
//! | `30`, `0.05`, `'住宅'`, `true`, `false` | itself |
//! | `area`, `choice.bonus_base`, `option` | a constant, fact, value, entitlement or earlier line; the chosen reading; the chosen option |
//! | `rates[use]`, `tiers[day].award`, `tariff[zone][use]` | a cell of a table |
//! | `+ - * /`, `( )` | exact decimals |
//! | `== != < <= > >=`, `and or not`, `x in ['a', 'b']`, `not in` | yes or no |
//! | `condition ? a : b` | `a` or `b` |
//! | `fact ?? b`, `fact == null` | for optional facts |
//! | `min([a, b])`, `max([a, b])`, `sum([…])`, `round(x, 2)`, `floor(x)`, `ceil(x)`, `abs(x)` | a number |
//! | `day2 - day1`, `day + 30` | days between, a date |
//! | `sum(map(list, #.field * 2))`, `filter(list, …)`, `count(list, …)`, `len(list)`, `some`, `all` | over the items of a list |

mod calls;
mod functions;
mod logic;
mod lookups;
mod lower;
mod machine;
mod members;
mod names;
mod operators;
mod read;
mod trace;
mod tree;

pub(crate) use lower::Formula;
pub(crate) use machine::{Cell, Machine};
pub(crate) use names::{Frame, Names, Origin, Shape, ShapeField, Slot};
pub(crate) use trace::Trace;
