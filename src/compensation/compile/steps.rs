//! Steps, areas and splits.

use super::{Compiling, formulas, name};
use crate::{
    compensation::{
        language::{Cell, Formula, Origin, Slot},
        plan::{Bounded, Depends, EntitlementRule, How, SplitParts, SplitRule, ValueRule},
        reading::shared,
        statement::Text,
        value::{Base, Kind},
    },
    plans::{
        self, Entitlement, Fault, FaultCode, MonthCount, Months, Number, Rounding, RoundingMode,
        Split, Title,
    },
};

impl Compiling<'_> {
    pub(super) fn values(&mut self) -> Vec<ValueRule> {
        let each = self.document.values.iter().enumerate();
        each.filter_map(|(n, value)| self.value(&format!("/values/{n}"), value))
            .collect()
    }

    fn value(&mut self, pointer: &str, value: &plans::Value) -> Option<ValueRule> {
        let item = shared(value.id.as_str());
        let how = self.how_value(pointer, &item, value);
        let base = match &how {
            Some(How::Formula(formula)) => formula.kind.base,
            _ => Base::Number,
        };
        let number = base == Base::Number;
        let (low, high) = (value.at_least.as_ref(), value.at_most.as_ref());
        let (at_least, at_most) = self.bounds(pointer, &item, (low, high), None);
        let round = self.rounding(pointer, value.round);
        if !number && (low.is_some() || high.is_some() || round.is_some()) {
            self.faults.push(
                Fault::new(
                    FaultCode::Misplaced,
                    pointer,
                    "只有数字可以有 at_least、at_most 和 round",
                    "only numbers have `at_least`, `at_most` and `round`",
                )
                .of(&*item),
            );
        }
        let how = how.map(|formula| Bounded {
            formula,
            at_least,
            at_most,
            round,
        });
        let depends = how.as_ref().map(|how| self.closure(formulas(how)));
        let slot = Slot {
            name: item,
            title: shared(value.title.as_str()),
            title_en: value.title_en.as_ref().map(|text| shared(text.as_str())),
            unit: value.unit.as_ref().map(|unit| shared(unit.as_str())),
            decimals: None,
            rule: value.rule.as_ref().map(|text| shared(text.as_str())),
            kind: Kind::sure(base),
            words: vec![],
            origin: Origin::Value,
        };
        let slot = self.add(slot, Cell::Absent, depends.unwrap_or_default());
        let title = name(
            value.title.as_str(),
            value.title_en.as_ref().map(Title::as_str),
        );
        how.map(|how| ValueRule { slot, title, how })
    }

    fn how_value(&mut self, pointer: &str, item: &Text, value: &plans::Value) -> Option<How> {
        match (&value.formula, &value.months) {
            (Some(text), None) => {
                let at = format!("{pointer}/formula");
                let formula =
                    Formula::compile(text, at, item, &self.names, None).and_then(|formula| {
                        let base = formula.kind.base;
                        formula.gives(base)
                    });
                self.faults.keep(formula).map(How::Formula)
            }
            (None, Some(months)) => self.months(pointer, item, months),
            _ => {
                self.exactly_one(pointer, item, "formula", "months");
                None
            }
        }
    }

    fn months(&mut self, pointer: &str, item: &Text, months: &Months) -> Option<How> {
        let from = self.formula(
            &months.from,
            format!("{pointer}/months/from"),
            item,
            None,
            Base::Date,
        );
        let to = self.formula(
            &months.to,
            format!("{pointer}/months/to"),
            item,
            None,
            Base::Date,
        );
        let count = match months.count {
            MonthCount::Calendar => "calendar",
            MonthCount::WholeOnly => "whole_only",
            MonthCount::StartedCounts => "started_counts",
            MonthCount::HalfMonth => "half_month",
            MonthCount::FifteenCounts => "fifteen_counts",
        };
        let text = format!("months({} → {}, {count})", months.from, months.to).into();
        Some(How::Months {
            from: from?,
            to: to?,
            count: months.count,
            text,
        })
    }

    pub(super) fn exactly_one(&mut self, pointer: &str, item: &str, one: &str, other: &str) {
        self.faults.push(
            Fault::new(
                FaultCode::ExactlyOneOf,
                pointer,
                format!("{one} 与 {other} 必须且只能写一个"),
                format!("exactly one of `{one}` and `{other}` must be there"),
            )
            .of(item),
        );
    }

    pub(super) fn entitlements(&mut self) -> Vec<EntitlementRule> {
        let each = self.document.entitlements.iter().enumerate();
        each.filter_map(|(n, area)| self.entitlement(&format!("/entitlements/{n}"), area))
            .collect()
    }

    fn entitlement(&mut self, pointer: &str, area: &Entitlement) -> Option<EntitlementRule> {
        let item = shared(area.id.as_str());
        let applies = self.applies(pointer, &area.options);
        let when = self.optional_formula(
            area.when.as_ref(),
            format!("{pointer}/when"),
            &item,
            None,
            Base::Flag,
        );
        let formula = self.formula(
            &area.formula,
            format!("{pointer}/formula"),
            &item,
            None,
            Base::Number,
        );
        let bounds = (area.at_least.as_ref(), area.at_most.as_ref());
        let (at_least, at_most) = self.bounds(pointer, &item, bounds, None);
        let round = self.rounding(pointer, area.round).unwrap_or(HUNDREDTH);
        let holder = self.payee(format!("{pointer}/holder"), area.holder.as_ref());
        let how = formula.map(|formula| Bounded {
            formula: How::Formula(formula),
            at_least,
            at_most,
            round: Some(round),
        });
        let depends = how
            .as_ref()
            .map(|how| self.closure(formulas(how).chain(&when)));
        let slot = Slot {
            name: item,
            title: shared(area.title.as_str()),
            title_en: area.title_en.as_ref().map(|text| shared(text.as_str())),
            unit: Some("m2".into()),
            decimals: Some(2),
            rule: Some(shared(area.rule.as_str())),
            kind: Kind::NUMBER,
            words: vec![],
            origin: Origin::Entitlement,
        };
        let slot = self.add(slot, Cell::Absent, depends.unwrap_or_default());
        Some(EntitlementRule {
            slot,
            title: name(
                area.title.as_str(),
                area.title_en.as_ref().map(Title::as_str),
            ),
            rule: shared(area.rule.as_str()),
            applies,
            when,
            how: how?,
            holder,
        })
    }

    pub(super) fn splits(&mut self) -> Vec<SplitRule> {
        let each = self.document.splits.iter().enumerate();
        each.map(|(n, split)| self.split(format!("/splits/{n}"), split))
            .collect()
    }

    fn split(&mut self, pointer: String, split: &Split) -> SplitRule {
        let item = shared(split.id.as_str());
        let when = self.optional_formula(
            split.when.as_ref(),
            format!("{pointer}/when"),
            &item,
            None,
            Base::Flag,
        );
        let parts = match (&split.shares[..], &split.each) {
            ([], Some(_)) => self.split_each(&pointer, split),
            ([_, ..], None) => self.split_shares(&pointer, &item, split),
            _ => {
                self.exactly_one(&pointer, &item, "shares", "each");
                SplitParts::Shares(vec![])
            }
        };
        SplitRule {
            when,
            parts,
            pointer,
        }
    }

    fn split_shares(&mut self, pointer: &str, item: &Text, split: &Split) -> SplitParts {
        let mut found = vec![];
        for (n, share) in split.shares.iter().enumerate() {
            let at = format!("{pointer}/shares/{n}");
            let payee = self.payee(format!("{at}/payee"), Some(&share.payee));
            let text = share.share.as_ref();
            found.push((
                payee,
                self.optional_formula(text, format!("{at}/share"), item, None, Base::Number),
            ));
        }
        if split
            .shares
            .iter()
            .filter(|share| share.share.is_none())
            .count()
            > 1
        {
            self.faults.push(
                Fault::new(
                    FaultCode::SharesNotOne,
                    format!("{pointer}/shares"),
                    "最多一个收款人可以不写 share（取余额）",
                    "at most one payee has no `share` and takes the rest",
                )
                .of(&**item),
            );
        }
        SplitParts::Shares(found)
    }

    fn split_each(&mut self, pointer: &str, split: &Split) -> SplitParts {
        let none = SplitParts::Shares(vec![]);
        let Some(each) = &split.each else {
            return none;
        };
        let Some((list, shape)) = self.names.list(each.list.as_str()) else {
            self.unknown(
                format!("{pointer}/each/list"),
                &each.list,
                "inputs (type = list)",
            );
            return none;
        };
        let field = |id: &plans::Id, base: Base| {
            let fields = &self.names.shapes[shape].fields;
            let found = fields.iter().position(|field| *field.name == *id.as_str());
            found.filter(|at| fields[*at].kind == Kind::sure(base))
        };
        let (payee, weight) = (
            field(&each.payee, Base::Text),
            field(&each.weight, Base::Number),
        );
        if payee.is_none() {
            self.unknown(
                format!("{pointer}/each/payee"),
                &each.payee,
                "fields (type = text)",
            );
        }
        if weight.is_none() {
            self.unknown(
                format!("{pointer}/each/weight"),
                &each.weight,
                "fields (type = number)",
            );
        }
        match (payee, weight) {
            (Some(payee), Some(weight)) => SplitParts::Each {
                list,
                payee,
                weight,
            },
            _ => none,
        }
    }

    /// What a split depends on.
    pub(super) fn split_closure(&self, split: &SplitRule) -> Depends {
        let shares = match &split.parts {
            SplitParts::Shares(each) => &each[..],
            SplitParts::Each { .. } => &[],
        };
        let shares = shares.iter().filter_map(|(_, share)| share.as_ref());
        let mut places = self.closure(shares.chain(&split.when));
        if let SplitParts::Each { list, .. } = split.parts {
            places.slots.add(list);
        }
        places
    }
}

/// Areas are told to 0.01 m².
const HUNDREDTH: Rounding = Rounding {
    to: Number(rust_decimal::Decimal::from_parts(1, 0, 0, false, 2)),
    mode: RoundingMode::HalfUp,
};
