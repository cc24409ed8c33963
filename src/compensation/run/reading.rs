//! Puts what is known into its places.

use std::{collections::BTreeMap, sync::Arc};

use super::Run;
use crate::{
    compensation::{
        facts::{Fact, Facts},
        language::Cell,
        plan::InputRule,
        value::{Item, Value},
    },
    plans::{Fault, FaultCode, Faults, Given, InputType, Scalar, limits},
};

impl Run<'_> {
    pub(super) fn option(&mut self, facts: &Facts) -> Result<(), Vec<Fault>> {
        let options = &self.plan.options;
        let found = options
            .iter()
            .position(|option| *option.id == *facts.option);
        let Some(option) = found else {
            let known: Vec<&str> = options.iter().map(|option| &*option.id).collect();
            let known = known.join(", ");
            return Err(vec![Fault::new(
                FaultCode::NameUnknown,
                "/option",
                format!("方案没有这种补偿方式；可选：{known}"),
                format!("the plan has no such option; there are {known}"),
            )]);
        };
        self.option = option;
        let text = Value::Text(options[option].id.clone());
        self.machine.cells[self.plan.option_slot] = Cell::Ready(text);
        Ok(())
    }

    pub(super) fn readings(
        &mut self,
        readings: &BTreeMap<String, String>,
    ) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        for (id, wanted) in readings {
            let choice = self.plan.choices.iter().find(|choice| *choice.id == **id);
            let answer = choice.and_then(|choice| {
                let found = choice
                    .answers
                    .iter()
                    .find(|(answer, _)| **answer == **wanted);
                found.map(|(answer, _)| (choice.slot, answer.clone()))
            });
            if let Some((slot, answer)) = answer {
                self.machine.cells[slot] = Cell::Ready(Value::Text(answer));
            } else {
                faults.push(Fault::new(
                    FaultCode::NameUnknown,
                    format!("/under/{id}"),
                    format!("没有选择项 {id}，或它没有答案 {wanted}"),
                    format!("there is no choice `{id}`, or it has no answer `{wanted}`"),
                ));
            }
        }
        faults.or(())
    }

    pub(super) fn facts(&mut self, facts: &Facts) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        for (name, fact) in &facts.facts {
            let inputs = &self.plan.inputs;
            let slots = &self.plan.names.slots;
            let pointer = format!("/facts/{name}");
            let Some(input) = inputs
                .iter()
                .find(|input| *slots[input.slot].name == **name)
            else {
                faults.push(
                    Fault::new(
                        FaultCode::FactUnknown,
                        pointer,
                        format!("方案不使用事实 {name}"),
                        format!("the plan has no input `{name}`"),
                    )
                    .of(name.as_str()),
                );
                continue;
            };
            faults.extend(
                check_source(fact, input, &pointer)
                    .err()
                    .map(|fault| fault.of(name.as_str())),
            );
            if let Some(value) = faults.keep(read(fact, input, &pointer, name)) {
                self.machine.cells[input.slot] = Cell::Ready(value);
                self.machine.sources[input.slot] = fact.source.as_deref().map(Arc::from);
                if fact.provisional {
                    self.provisional.push(input.slot);
                }
            }
        }
        faults.or(())
    }
}

fn check_source(fact: &Fact, input: &InputRule, pointer: &str) -> Result<(), Fault> {
    if fact.provisional && !input.collective {
        return Err(Fault::new(
            FaultCode::Misplaced,
            format!("{pointer}/provisional"),
            "只有 collective 的事实可以是暂定的",
            "only facts that are `collective` can be provisional",
        ));
    }
    if fact
        .source
        .as_ref()
        .is_some_and(|source| source.len() > 1_000)
    {
        return Err(Fault::new(
            FaultCode::TooLong,
            format!("{pointer}/source"),
            "来源说明过长",
            "the source is too long",
        ));
    }
    Ok(())
}

fn read(fact: &Fact, input: &InputRule, pointer: &str, name: &str) -> Result<Value, Vec<Fault>> {
    let pointer = format!("{pointer}/value");
    let wrong = |code, zh: &str, en: &str| vec![Fault::new(code, &*pointer, zh, en).of(name)];
    match (input.kind, &fact.value) {
        (InputType::List, Given::Many(items)) if items.len() > limits::LIST_ITEMS => {
            let most = limits::LIST_ITEMS;
            let (zh, en) = (format!("最多 {most} 项"), format!("at most {most} items"));
            Err(wrong(FaultCode::TooMany, &zh, &en))
        }
        (InputType::List, Given::Many(items)) => {
            let mut faults = Faults::default();
            let each = items.iter().enumerate();
            let read: Vec<Option<Item>> = each
                .map(|(n, item)| {
                    faults.keep(read_item(item, input, &format!("{pointer}/{n}"), name))
                })
                .collect();
            let list: Option<Vec<Item>> = read.into_iter().collect();
            faults.or(Value::List(list.unwrap_or_default().into()))
        }
        (InputType::List, Given::One(_)) => Err(wrong(
            FaultCode::NotAList,
            "应为列表",
            "must be a list of items",
        )),
        (_, Given::Many(_)) => Err(wrong(
            FaultCode::WrongType,
            "应为单个值，而不是列表",
            "must be one value, not a list",
        )),
        (_, Given::One(one)) => {
            short(one, &pointer)?;
            let value = input.check.read(one, &pointer);
            value.map_err(|fault| vec![fault.of(name)])
        }
    }
}

fn short(given: &Scalar, pointer: &str) -> Result<(), Vec<Fault>> {
    match given {
        Scalar::Text(text) if text.chars().count() > 200 => Err(vec![Fault::new(
            FaultCode::TooLong,
            pointer,
            "最多 200 个字符",
            "at most 200 characters",
        )]),
        _ => Ok(()),
    }
}

fn read_item(
    given: &BTreeMap<String, Scalar>,
    input: &InputRule,
    pointer: &str,
    name: &str,
) -> Result<Item, Vec<Fault>> {
    let mut faults = Faults::default();
    for field in given.keys() {
        if !input.fields.iter().any(|(known, ..)| **known == **field) {
            faults.push(
                Fault::new(
                    FaultCode::UnknownField,
                    format!("{pointer}/{field}"),
                    format!("没有字段 {field}"),
                    format!("there is no field `{field}`"),
                )
                .of(name),
            );
        }
    }
    let mut values = vec![];
    for (field, check, optional) in &input.fields {
        let at = format!("{pointer}/{field}");
        let read = match given.get(&**field) {
            Some(one) => short(one, &at).and_then(|()| Ok(check.read(one, &at)?)),
            None if *optional => Ok(Value::Empty),
            None => Err(vec![Fault::new(
                FaultCode::Required,
                at,
                format!("缺少字段 {field}"),
                format!("the field `{field}` is missing"),
            )]),
        };
        let read = read.map_err(|faults| {
            faults
                .into_iter()
                .map(|fault| fault.of(name))
                .collect::<Vec<_>>()
        });
        values.extend(faults.keep(read));
    }
    faults.or(values.into())
}
