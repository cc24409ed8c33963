//! Amounts, and the settlement of a swap.

use super::{Compiling, formulas, name};
use crate::{
    compensation::{
        language::{Cell, Formula, Frame, Names, Origin, Shape, ShapeField, Slot},
        plan::{BalanceRule, Bounded, Depends, Each, How, LineRule, SplitRule},
        reading::shared,
        statement::{Name, Text},
        value::{Base, Kind},
    },
    plans::{Accrual, Fault, FaultCode, ForEach, Line, Title},
};

/// What the formulas of a line are compiled to.
struct LineFormulas {
    when: Option<Formula>,
    formula: Option<Formula>,
    at_least: Option<Formula>,
    at_most: Option<Formula>,
}

impl Compiling<'_> {
    pub(super) fn lines(&mut self, splits: &[SplitRule]) -> Vec<LineRule> {
        let splits: Vec<Depends> = splits
            .iter()
            .map(|split| self.split_closure(split))
            .collect();
        let each = self.document.lines.iter().enumerate();
        each.filter_map(|(n, line)| self.line(format!("/lines/{n}"), line, &splits))
            .collect()
    }

    fn line(&mut self, pointer: String, line: &Line, splits: &[Depends]) -> Option<LineRule> {
        let id = shared(line.id.as_str());
        let applies = self.applies(&pointer, &line.options);
        let repeated = line
            .for_each
            .as_ref()
            .map(|each| self.for_each(&pointer, &id, each));
        let (each, frame) = repeated.map_or((None, None), |(each, frame)| (each, Some(frame)));
        let found = self.line_formulas(&pointer, &id, line, frame.as_ref());
        let round = self
            .rounding(&pointer, line.round)
            .unwrap_or(self.document.rounding.line);
        self.amount_step(&format!("{pointer}/round/to"), round.to.0);
        let payee = self.payee(format!("{pointer}/payee"), line.payee.as_ref());
        let split = self.line_split(&pointer, line);
        let how = found.formula.map(|formula| Bounded {
            formula: How::Formula(formula),
            at_least: found.at_least,
            at_most: found.at_most,
            round: Some(round),
        });
        let mut depends = how.as_ref().map_or_else(Depends::default, |how| {
            self.closure(formulas(how).chain(&found.when))
        });
        match &each {
            Some(Each::List { list, .. }) => depends.slots.add(*list),
            Some(Each::Months { from, to, .. }) => depends.add_all(&self.closure([&**from, &**to])),
            None => {}
        }
        if let Some(split) = split {
            depends.add_all(&splits[split]);
        }
        self.accrues(&pointer, line, &depends);
        let slot = self.add(line_slot(line), Cell::Absent, depends);
        let due = line.due.as_ref();
        let due: Option<Name> =
            due.map(|due| name(due.as_str(), line.due_en.as_ref().map(Title::as_str)));
        Some(LineRule {
            slot,
            id,
            title: name(
                line.title.as_str(),
                line.title_en.as_ref().map(Title::as_str),
            ),
            subject: line.subject,
            rule: shared(line.rule.as_str()),
            applies,
            when: found.when,
            each,
            how: how?,
            direction: line.direction,
            kind: line.kind,
            payee,
            split,
            due,
            earlier_may_lower: line.earlier_may_lower.is_some(),
            pointer,
        })
    }

    fn line_formulas(
        &mut self,
        pointer: &str,
        id: &Text,
        line: &Line,
        frame: Option<&Frame>,
    ) -> LineFormulas {
        let at = |name: &str| format!("{pointer}/{name}");
        // The condition decides over the whole line, so it knows no single item.
        let when = self.optional_formula(line.when.as_ref(), at("when"), id, None, Base::Flag);
        let bounds = (line.at_least.as_ref(), line.at_most.as_ref());
        let formula = self.formula(
            &line.formula,
            at("formula"),
            id,
            frame.cloned(),
            Base::Number,
        );
        let (at_least, at_most) = self.bounds(pointer, id, bounds, frame);
        LineFormulas {
            when,
            formula,
            at_least,
            at_most,
        }
    }

    fn for_each(&mut self, pointer: &str, id: &Text, each: &ForEach) -> (Option<Each>, Frame) {
        let at = format!("{pointer}/for_each");
        let alias = each.alias.as_str().to_owned();
        if Names::is_reserved(&alias) {
            self.faults
                .push(super::reserved(&format!("{at}/as"), &each.alias));
        }
        if let Some(first) = self.names.declared_at(&alias) {
            let fault = super::taken(&format!("{at}/as"), &alias, first);
            self.faults.push(fault);
        }
        match (&each.list, &each.months_from, &each.months_to) {
            (Some(list), None, None) => {
                let found = self.names.list(list.as_str());
                if found.is_none() {
                    self.unknown(format!("{at}/list"), list, "inputs (type = list)");
                }
                let frame = Frame {
                    alias: Some(alias),
                    shape: found.map_or_else(|| self.no_shape(), |(_, shape)| shape),
                };
                let name = shared(list.as_str());
                (found.map(|(list, _)| Each::List { list, name }), frame)
            }
            (None, Some(from), Some(to)) => {
                let from = self.formula(from, format!("{at}/months_from"), id, None, Base::Date);
                let to = self.formula(to, format!("{at}/months_to"), id, None, Base::Date);
                let shape = self.names.add_shape(month_shape(&alias));
                let name = shared(&alias);
                let each = from.zip(to).map(|(from, to)| Each::Months {
                    from: Box::new(from),
                    to: Box::new(to),
                    name,
                });
                (
                    each,
                    Frame {
                        alias: Some(alias),
                        shape,
                    },
                )
            }
            _ => {
                self.exactly_one(&at, id, "list", "months_from + months_to");
                let shape = self.no_shape();
                (
                    None,
                    Frame {
                        alias: Some(alias),
                        shape,
                    },
                )
            }
        }
    }

    fn no_shape(&mut self) -> usize {
        let fields = vec![];
        self.names.add_shape(Shape {
            list: "?".into(),
            fields,
        })
    }

    fn line_split(&mut self, pointer: &str, line: &Line) -> Option<usize> {
        let id = line.split.as_ref()?;
        let found = self
            .document
            .splits
            .iter()
            .position(|split| split.id == *id);
        if found.is_none() {
            self.unknown(format!("{pointer}/split"), id, "splits");
        }
        found
    }

    /// What depends on the signing rate is accrued until the rate is final, and nothing else is.
    fn accrues(&mut self, pointer: &str, line: &Line, depends: &Depends) {
        let collective = self
            .inputs
            .iter()
            .find(|input| input.collective && depends.has(input.slot));
        let accrued = line.kind == Accrual::AccruedPendingRate;
        match collective {
            Some(input) if !accrued => {
                let name = &self.names.slots[input.slot].name;
                self.faults.push(
                    Fault::new(
                        FaultCode::MustAccrue,
                        format!("{pointer}/kind"),
                        format!("依赖集体事实 {name}，须为 kind = \"accrued_pending_rate\""),
                        format!("it depends on the collective fact `{name}`: `kind = \"accrued_pending_rate\"`"),
                    )
                    .of(line.id.as_str()),
                );
            }
            None if accrued => self.faults.push(
                Fault::new(
                    FaultCode::NothingCollective,
                    format!("{pointer}/kind"),
                    "不依赖任何 collective 事实，不能预计",
                    "it depends on no input that is `collective`, so there is nothing to wait for",
                )
                .of(line.id.as_str()),
            ),
            _ => {}
        }
    }

    pub(super) fn balance(&mut self) -> Option<BalanceRule> {
        let balance = self.document.balance.as_ref()?;
        let applies = self.applies("/balance", &balance.options);
        for (n, id) in balance.lines.iter().enumerate() {
            let pointer = format!("/balance/lines/{n}");
            if !self.document.lines.iter().any(|line| line.id == *id) {
                self.unknown(pointer.clone(), id, "lines");
            }
            if balance.lines[..n].contains(id) {
                self.faults
                    .push(super::taken(&pointer, id.as_str(), "/balance/lines"));
            }
        }
        let due = balance.due.as_ref();
        Some(BalanceRule {
            title: name(
                balance.title.as_str(),
                balance.title_en.as_ref().map(Title::as_str),
            ),
            rule: shared(balance.rule.as_str()),
            applies,
            lines: balance.lines.iter().map(|id| shared(id.as_str())).collect(),
            due: due.map(|due| name(due.as_str(), balance.due_en.as_ref().map(Title::as_str))),
        })
    }
}

fn line_slot(line: &Line) -> Slot {
    Slot {
        name: shared(line.id.as_str()),
        title: shared(line.title.as_str()),
        title_en: line.title_en.as_ref().map(|text| shared(text.as_str())),
        unit: Some("cny".into()),
        decimals: Some(2),
        rule: Some(shared(line.rule.as_str())),
        kind: Kind::NUMBER,
        words: vec![],
        origin: Origin::Line,
    }
}

/// What a formula knows of a month: `month.number` from 1, `month.first_day` of the calendar.
fn month_shape(alias: &str) -> Shape {
    let field = |name: &str, title: &str, title_en: &str, kind| ShapeField {
        name: name.into(),
        title: title.into(),
        title_en: Some(title_en.into()),
        unit: None,
        decimals: None,
        kind,
        words: vec![],
    };
    Shape {
        list: alias.into(),
        fields: vec![
            field("number", "第几个月", "number of the month", Kind::NUMBER),
            field(
                "first_day",
                "当月首日",
                "first day of the month",
                Kind::DATE,
            ),
        ],
    }
}
