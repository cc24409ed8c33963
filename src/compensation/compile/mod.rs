//! From a document to a plan that can be computed, with every mistake on the way.

mod facts;
mod lines;
mod steps;
mod tables;

use std::{collections::HashMap, sync::Arc};

use super::{
    language::{Cell, Formula, Frame, Names},
    plan::{Applies, Bounded, Depends, How, OptionRule, Plan},
    reading,
    statement::{Name, PlanName, Text},
    value::Base,
};
use crate::plans::{self, Document, Fault, FaultCode, Faults, Id, Rounding};

impl Plan {
    /// Checks a document and makes it ready to compute. A choice may still be open: computing is
    /// refused where it matters, and publication in any case.
    pub fn compile(document: &Document) -> Result<Self, Vec<Fault>> {
        let mut compiling = Compiling::new(document);
        compiling.declare();
        compiling.heads();
        compiling.choices();
        compiling.constants();
        compiling.inputs();
        compiling.tables();
        let values = compiling.values();
        let entitlements = compiling.entitlements();
        let splits = compiling.splits();
        let lines = compiling.lines(&splits);
        let balance = compiling.balance();
        compiling.finish(Parts {
            values,
            entitlements,
            splits,
            lines,
            balance,
        })
    }
}

struct Parts {
    values: Vec<super::plan::ValueRule>,
    entitlements: Vec<super::plan::EntitlementRule>,
    splits: Vec<super::plan::SplitRule>,
    lines: Vec<super::plan::LineRule>,
    balance: Option<super::plan::BalanceRule>,
}

struct Compiling<'d> {
    document: &'d Document,
    names: Names,
    initial: Vec<Cell>,
    depends: Vec<Depends>,
    option_slot: usize,
    choices: Vec<super::plan::ChoiceRule>,
    inputs: Vec<super::plan::InputRule>,
    payees: Vec<(Text, Name)>,
    faults: Faults,
}

impl<'d> Compiling<'d> {
    fn new(document: &'d Document) -> Self {
        Self {
            document,
            names: Names::default(),
            initial: vec![],
            depends: vec![],
            option_slot: 0,
            choices: vec![],
            inputs: vec![],
            payees: vec![],
            faults: Faults::default(),
        }
    }

    /// Every name once. What formulas use shares one space, everything else has its own.
    fn declare(&mut self) {
        let document = self.document;
        macro_rules! ids {
            ($($section:ident)*) => {
                [$((stringify!($section), document.$section.iter().map(|it| &it.id).collect::<Vec<_>>())),*]
            };
        }
        for (section, ids) in ids!(constants inputs tables values entitlements lines) {
            for (n, id) in ids.into_iter().enumerate() {
                let pointer = format!("/{section}/{n}/id");
                if Names::is_reserved(id.as_str()) {
                    self.faults.push(reserved(&pointer, id));
                }
                if let Some(first) = self.names.declare(id.as_str(), &pointer) {
                    self.faults.push(taken(&pointer, id.as_str(), &first));
                }
            }
        }
        for (section, ids) in ids!(options payees choices splits) {
            let mut seen = HashMap::new();
            for (n, id) in ids.into_iter().enumerate() {
                let pointer = format!("/{section}/{n}/id");
                if section == "payees" && id.as_str() == "household" {
                    self.faults.push(reserved(&pointer, id));
                }
                if let Some(first) = seen.insert(id, pointer.clone()) {
                    self.faults.push(taken(&pointer, id.as_str(), &first));
                }
            }
        }
    }

    /// Rounding, payees and the place of the option.
    fn heads(&mut self) {
        let rounding = &self.document.rounding;
        self.amount_step("/rounding/line/to", rounding.line.to.0);
        if let Some(total) = &rounding.total {
            self.amount_step("/rounding/total/to", total.to.0);
        }
        self.payees.push((
            "household".into(),
            Name {
                zh: "被征收户".into(),
                en: Some("the household".into()),
            },
        ));
        for payee in &self.document.payees {
            let title = name(
                payee.title.as_str(),
                payee.title_en.as_ref().map(plans::Title::as_str),
            );
            self.payees.push((payee.id.as_str().into(), title));
        }
        let words = self
            .document
            .options
            .iter()
            .map(|option| option.id.as_str().into());
        let slot = facts::text_slot(
            "option",
            "补偿方式",
            words.collect(),
            super::language::Origin::Option,
        );
        self.option_slot = self.add(slot, Cell::Absent, Depends::default());
    }

    /// A place with what is known of it already.
    fn add(&mut self, slot: super::language::Slot, cell: Cell, depends: Depends) -> usize {
        self.initial.push(cell);
        self.depends.push(depends);
        self.names.add(slot)
    }

    fn amount_step(&mut self, pointer: &str, to: rust_decimal::Decimal) {
        self.step(pointer, to);
        if to.normalize().scale() > 2 {
            self.faults.push(Fault::new(
                FaultCode::RoundingStep,
                pointer,
                "金额至少取整到分（0.01）",
                "amounts are rounded to whole fen at least (0.01)",
            ));
        }
    }

    fn step(&mut self, pointer: &str, to: rust_decimal::Decimal) {
        if !reading::is_step(to) {
            self.faults.push(Fault::new(
                FaultCode::RoundingStep,
                pointer,
                "取整单位应为 1、2 或 5 乘以 10 的幂，例如 0.01、0.5、1、10",
                "a step is 1, 2 or 5 times a power of ten, such as 0.01, 0.5, 1, 10",
            ));
        }
    }

    fn rounding(&mut self, pointer: &str, given: Option<Rounding>) -> Option<Rounding> {
        if let Some(round) = given {
            self.step(&format!("{pointer}/round/to"), round.to.0);
        }
        given
    }

    /// A formula that gives `wanted`.
    fn formula(
        &mut self,
        text: &plans::Formula,
        pointer: String,
        item: &Text,
        frame: Option<Frame>,
        wanted: Base,
    ) -> Option<Formula> {
        let formula = Formula::compile(text, pointer, item, &self.names, frame)
            .and_then(|formula| formula.gives(wanted));
        self.faults.keep(formula)
    }

    fn optional_formula(
        &mut self,
        text: Option<&plans::Formula>,
        pointer: String,
        item: &Text,
        frame: Option<Frame>,
        wanted: Base,
    ) -> Option<Formula> {
        text.and_then(|text| self.formula(text, pointer, item, frame, wanted))
    }

    /// The floor and the cap of a calculation.
    fn bounds(
        &mut self,
        pointer: &str,
        item: &Text,
        (least, most): (Option<&plans::Formula>, Option<&plans::Formula>),
        frame: Option<&Frame>,
    ) -> (Option<Formula>, Option<Formula>) {
        let at = |name: &str| format!("{pointer}/{name}");
        let frame = || frame.cloned();
        let least = self.optional_formula(least, at("at_least"), item, frame(), Base::Number);
        let most = self.optional_formula(most, at("at_most"), item, frame(), Base::Number);
        (least, most)
    }

    /// The options a rule belongs to; all when it names none.
    fn applies(&mut self, pointer: &str, options: &[Id]) -> Applies {
        let known = &self.document.options;
        let mut applies = vec![options.is_empty(); known.len()];
        for (n, id) in options.iter().enumerate() {
            match known.iter().position(|option| option.id == *id) {
                Some(at) => applies[at] = true,
                None => self.unknown(format!("{pointer}/options/{n}"), id, "options"),
            }
        }
        Applies(applies)
    }

    fn payee(&mut self, pointer: String, id: Option<&Id>) -> Text {
        let Some(id) = id else {
            return self.payees[0].0.clone();
        };
        let found = self
            .payees
            .iter()
            .find(|(known, _)| **known == *id.as_str());
        if let Some((known, _)) = found {
            return known.clone();
        }
        self.unknown(pointer, id, "payees");
        id.as_str().into()
    }

    fn unknown(&mut self, pointer: String, id: &Id, section: &str) {
        self.faults.push(
            Fault::new(
                FaultCode::NameUnknown,
                pointer,
                format!("{section} 中没有 {id}"),
                format!("`{section}` has no `{id}`"),
            )
            .of(id.as_str()),
        );
    }

    /// Everything that formulas read, and what that depends on.
    fn closure<'f>(&self, formulas: impl IntoIterator<Item = &'f Formula>) -> Depends {
        let mut places = Depends::default();
        for formula in formulas {
            formula.expr.looks(&mut |table| places.tables.add(table));
            formula.expr.reads(&mut |place| {
                places.slots.add(place);
                places.add_all(&self.depends[place]);
            });
        }
        places
    }

    fn finish(self, parts: Parts) -> Result<Plan, Vec<Fault>> {
        let document = self.document;
        let head = &document.plan;
        let options = document.options.iter().enumerate().map(|(n, option)| {
            let mut needs = Depends::default();
            let lines = parts
                .lines
                .iter()
                .filter(|line| line.applies.to(n))
                .map(|line| line.slot);
            let areas = parts
                .entitlements
                .iter()
                .filter(|area| area.applies.to(n))
                .map(|area| area.slot);
            for slot in lines.chain(areas) {
                needs.add_all(&self.depends[slot]);
            }
            OptionRule {
                id: option.id.as_str().into(),
                kind: option.kind,
                title: name(
                    option.title.as_str(),
                    option.title_en.as_ref().map(plans::Title::as_str),
                ),
                needs,
            }
        });
        let plan = Plan {
            name: PlanName {
                code: head.code.as_str().into(),
                title: name(
                    head.title.as_str(),
                    head.title_en.as_ref().map(plans::Title::as_str),
                ),
                digest: document.digest().into(),
            },
            options: options.collect(),
            option_slot: self.option_slot,
            initial: self.initial,
            choices: self.choices,
            inputs: self.inputs,
            values: parts.values,
            entitlements: parts.entitlements,
            splits: parts.splits,
            lines: parts.lines,
            balance: parts.balance,
            payees: self.payees,
            total_rounding: document.rounding.total,
            depends: self.depends,
            names: self.names,
        };
        self.faults.or(plan)
    }
}

/// Every formula of a calculation.
fn formulas(how: &Bounded) -> impl Iterator<Item = &Formula> {
    let own = match &how.formula {
        How::Formula(formula) => [Some(formula), None],
        How::Months { from, to, .. } => [Some(from), Some(to)],
    };
    own.into_iter()
        .flatten()
        .chain(&how.at_least)
        .chain(&how.at_most)
}

/// A name in both languages.
fn name(zh: &str, en: Option<&str>) -> Name {
    Name {
        zh: zh.into(),
        en: en.map(Arc::from),
    }
}

fn taken(pointer: &str, id: &str, first: &str) -> Fault {
    Fault::new(
        FaultCode::NameTaken,
        pointer,
        format!("名称 {id} 已在 {first} 使用"),
        format!("the name `{id}` is taken at {first}"),
    )
    .of(id)
}

fn reserved(pointer: &str, id: &Id) -> Fault {
    Fault::new(
        FaultCode::NameReserved,
        pointer,
        format!("{id} 是保留词，请换一个名称"),
        format!("`{id}` has a meaning of its own; choose another name"),
    )
    .of(id.as_str())
}
