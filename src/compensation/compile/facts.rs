//! Readings, constants and the facts of households.

use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use super::{Compiling, name};
use crate::{
    compensation::{
        language::{Cell, Origin, Shape, ShapeField, Slot},
        plan::{ChoiceRule, Depends, InputRule, ScalarCheck},
        reading::{self, shared},
        statement::Text,
        value::{Base, Kind, Value},
    },
    plans::{Fault, FaultCode, Field, Input, InputType, Number, Remark, ScalarType, Title, Unit},
};

/// A place for a text.
pub(super) fn text_slot(name: &str, title: &str, words: Vec<Text>, origin: Origin) -> Slot {
    Slot {
        name: name.into(),
        title: title.into(),
        title_en: None,
        unit: None,
        decimals: None,
        rule: None,
        kind: Kind::TEXT,
        words,
        origin,
    }
}

impl Compiling<'_> {
    pub(super) fn choices(&mut self) {
        for (n, choice) in self.document.choices.iter().enumerate() {
            let answers = choice.answers.iter().map(|answer| {
                let title_en = answer.title_en.as_ref().map(Title::as_str);
                (
                    shared(answer.id.as_str()),
                    name(answer.title.as_str(), title_en),
                )
            });
            let answers: Vec<_> = answers.collect();
            let chosen = choice.chosen.as_ref().map(|id| {
                let found = answers.iter().find(|(answer, _)| **answer == *id.as_str());
                found.map(|(answer, _)| answer.clone()).ok_or(id)
            });
            let cell = match chosen {
                None => Cell::Absent,
                Some(Ok(answer)) => Cell::Ready(Value::Text(answer)),
                Some(Err(id)) => {
                    self.unknown(format!("/choices/{n}/chosen"), id, "answers");
                    Cell::Absent
                }
            };
            let words = answers.iter().map(|(answer, _)| answer.clone()).collect();
            let mut slot = text_slot(
                choice.id.as_str(),
                choice.question.as_str(),
                words,
                Origin::Choice,
            );
            slot.title_en = choice
                .question_en
                .as_ref()
                .map(|text| shared(text.as_str()));
            slot.rule = choice.rule.as_ref().map(|text| shared(text.as_str()));
            self.initial.push(cell);
            self.depends.push(Depends::default());
            let place = self.names.add_choice(slot);
            self.choices.push(ChoiceRule {
                slot: place,
                id: shared(choice.id.as_str()),
                question: name(
                    choice.question.as_str(),
                    choice.question_en.as_ref().map(Remark::as_str),
                ),
                answers,
            });
        }
    }

    pub(super) fn constants(&mut self) {
        for (n, constant) in self.document.constants.iter().enumerate() {
            let base = Base::from(constant.kind);
            let pointer = format!("/constants/{n}/value");
            let value = reading::scalar(&constant.value, base, &pointer)
                .map_err(|fault| fault.of(constant.id.as_str()));
            let cell = self.faults.keep(value).map_or(Cell::Absent, Cell::Ready);
            let slot = Slot {
                name: shared(constant.id.as_str()),
                title: shared(constant.title.as_str()),
                title_en: constant.title_en.as_ref().map(|text| shared(text.as_str())),
                unit: constant.unit.as_ref().map(|unit| shared(unit.as_str())),
                decimals: None,
                rule: constant.rule.as_ref().map(|text| shared(text.as_str())),
                kind: Kind::sure(base),
                words: vec![],
                origin: Origin::Constant,
            };
            self.add(slot, cell, Depends::default());
        }
    }

    pub(super) fn inputs(&mut self) {
        for (n, input) in self.document.inputs.iter().enumerate() {
            let pointer = format!("/inputs/{n}");
            self.misplaced(&pointer, input);
            let limits = Limits {
                decimals: input.decimals,
                min: input.min,
                max: input.max,
                one_of: &input.one_of,
            };
            let base = match input.kind {
                InputType::Number => Base::Number,
                InputType::Date => Base::Date,
                InputType::Text => Base::Text,
                InputType::YesNo => Base::Flag,
                InputType::List => Base::List(self.shape(&pointer, input)),
            };
            let check = self.check(&pointer, input.id.as_str(), base, &limits);
            let fields = self.field_checks(&pointer, input);
            let list = input.kind == InputType::List;
            let slot = Slot {
                name: shared(input.id.as_str()),
                title: shared(input.title.as_str()),
                title_en: input.title_en.as_ref().map(|text| shared(text.as_str())),
                unit: input.unit.as_ref().map(|unit| shared(unit.as_str())),
                decimals: check.decimals,
                rule: None,
                kind: Kind {
                    base,
                    // A list that was not given is an empty one.
                    may_be_empty: input.optional && !list,
                },
                words: check.words.clone(),
                origin: Origin::Input,
            };
            let cell = if list && input.optional {
                Cell::Ready(Value::List([].into()))
            } else {
                Cell::Absent
            };
            let slot = self.add(slot, cell, Depends::default());
            let day = input
                .unit
                .as_ref()
                .is_some_and(|unit| unit.as_str() == "day");
            self.inputs.push(InputRule {
                slot,
                kind: input.kind,
                collective: input.collective,
                clock: input.clock.unwrap_or(input.kind == InputType::Date || day),
                check,
                fields,
            });
        }
    }

    /// Refuses declarations that mean nothing for the type.
    fn misplaced(&mut self, pointer: &str, input: &Input) {
        let number = input.kind == InputType::Number;
        let list = input.kind == InputType::List;
        let acts = number || input.kind == InputType::Date;
        for (name, there, fits) in [
            ("unit", input.unit.is_some(), number),
            ("decimals", input.decimals.is_some(), number),
            ("min", input.min.is_some(), number),
            ("max", input.max.is_some(), number),
            (
                "one_of",
                !input.one_of.is_empty(),
                input.kind == InputType::Text,
            ),
            ("fields", !input.fields.is_empty(), list),
            ("collective", input.collective, !list),
            ("clock", input.clock == Some(true), acts),
        ] {
            if there && !fits {
                let kind = input.kind;
                self.faults.push(
                    Fault::new(
                        FaultCode::Misplaced,
                        format!("{pointer}/{name}"),
                        format!("类型 {kind:?} 不能有 {name}"),
                        format!("`{name}` means nothing for the type {kind:?}"),
                    )
                    .of(input.id.as_str()),
                );
            }
        }
        if list && input.fields.is_empty() {
            self.faults.push(
                Fault::new(
                    FaultCode::Required,
                    format!("{pointer}/fields"),
                    "列表须说明每一项的字段 fields",
                    "a list says which `fields` its items have",
                )
                .of(input.id.as_str()),
            );
        }
    }

    fn shape(&mut self, pointer: &str, input: &Input) -> usize {
        let mut fields: Vec<ShapeField> = vec![];
        for (n, field) in input.fields.iter().enumerate() {
            if fields.iter().any(|other| *other.name == *field.id.as_str()) {
                let at = format!("{pointer}/fields/{n}/id");
                self.faults
                    .push(super::taken(&at, field.id.as_str(), pointer));
            }
            fields.push(ShapeField {
                name: shared(field.id.as_str()),
                title: shared(field.title.as_str()),
                title_en: field.title_en.as_ref().map(|text| shared(text.as_str())),
                unit: field.unit.as_ref().map(|unit: &Unit| shared(unit.as_str())),
                decimals: field.decimals.and_then(|number| number.0.to_u32()),
                kind: Kind {
                    base: field.kind.into(),
                    may_be_empty: field.optional,
                },
                words: field
                    .one_of
                    .iter()
                    .map(|word| shared(word.as_str()))
                    .collect(),
            });
        }
        let list = shared(input.id.as_str());
        self.names.add_shape(Shape { list, fields })
    }

    fn field_checks(&mut self, pointer: &str, input: &Input) -> Vec<(Text, ScalarCheck, bool)> {
        let each = input.fields.iter().enumerate().map(|(n, field)| {
            let at = format!("{pointer}/fields/{n}");
            self.misplaced_field(&at, field);
            let limits = Limits {
                decimals: field.decimals,
                min: field.min,
                max: field.max,
                one_of: &field.one_of,
            };
            let check = self.check(&at, field.id.as_str(), field.kind.into(), &limits);
            (shared(field.id.as_str()), check, field.optional)
        });
        each.collect()
    }

    fn misplaced_field(&mut self, pointer: &str, field: &Field) {
        let number = field.kind == ScalarType::Number;
        for (name, there, fits) in [
            ("unit", field.unit.is_some(), number),
            ("decimals", field.decimals.is_some(), number),
            ("min", field.min.is_some(), number),
            ("max", field.max.is_some(), number),
            (
                "one_of",
                !field.one_of.is_empty(),
                field.kind == ScalarType::Text,
            ),
        ] {
            if there && !fits {
                let kind = field.kind;
                self.faults.push(
                    Fault::new(
                        FaultCode::Misplaced,
                        format!("{pointer}/{name}"),
                        format!("类型 {kind:?} 不能有 {name}"),
                        format!("`{name}` means nothing for the type {kind:?}"),
                    )
                    .of(field.id.as_str()),
                );
            }
        }
    }

    fn check(&mut self, pointer: &str, item: &str, base: Base, limits: &Limits<'_>) -> ScalarCheck {
        let decimals = limits.decimals.map(|number| number.0);
        let whole = decimals.and_then(|number| {
            let fits = number.is_integer() && number <= Decimal::TEN;
            fits.then(|| number.to_u32()).flatten()
        });
        if decimals.is_some() && whole.is_none() {
            self.faults.push(
                Fault::new(
                    FaultCode::Misplaced,
                    format!("{pointer}/decimals"),
                    "小数位数应为 0 到 10",
                    "decimals are 0 to 10",
                )
                .of(item),
            );
        }
        ScalarCheck {
            base,
            decimals: whole,
            min: limits.min.map(|number| number.0),
            max: limits.max.map(|number| number.0),
            words: limits
                .one_of
                .iter()
                .map(|word| shared(word.as_str()))
                .collect(),
        }
    }
}

struct Limits<'d> {
    decimals: Option<Number>,
    min: Option<Number>,
    max: Option<Number>,
    one_of: &'d [Title],
}
