//! The examples of the contract are requests that work and answers that could have been given.

use std::collections::{BTreeMap, BTreeSet};

use anju::staff::{PERMISSIONS, Role};
use serde_json::{Value, json};

use super::{Operation, operations};
use crate::support::{Errand, Person, Reply, Town, fresh_key, homes::text};

/// Every operation that creates something or takes JSON, in an order in which each has what it
/// needs, with the name of the id that its answer brings.
const COURSE: &[(&str, Option<&str>)] = &[
    ("createApiKey", Some("api_key_id")),
    ("createProgramme", Some("programme_id")),
    ("replaceProgramme", None),
    ("createParcel", Some("parcel_id")),
    ("replaceParcel", None),
    ("setParcelBoundary", None),
    ("registerHousehold", Some("household_id")),
    ("replaceHousehold", None),
    ("searchHouseholds", None),
    ("discloseHousehold", None),
    ("addPerson", None),
    ("replacePerson", None),
    ("addStructure", None),
    ("replaceStructure", None),
    ("freezeRoster", None),
    ("createAgreement", Some("agreement_id")),
    ("replaceAgreement", None),
    ("signAgreement", None),
    ("enterParcelStage", None),
    ("recordDemolition", None),
    ("createEstate", Some("estate_id")),
    ("replaceEstate", None),
    ("createBuilding", Some("building_id")),
    ("createFlat", Some("flat_id")),
    ("assignFlat", None),
    ("recordInspection", Some("inspection_id")),
    ("recordDefect", Some("defect_id")),
    ("reportRectification", None),
    ("recheckDefect", None),
    ("handOverFlat", None),
    ("registerNeed", Some("need_id")),
    ("arrangeNeed", None),
    ("closeNeed", None),
    ("orderReport", Some("report_id")),
    ("issueLookupLetters", None),
    ("issueLookupCode", Some("lookup_code_id")),
    ("openResidentSession", None),
];

/// How it goes when the household changes its mind: the keys of the other one are with it for good.
const WITHDRAWAL: &[(&str, Option<&str>)] = &[
    ("createProgramme", Some("programme_id")),
    ("createParcel", Some("parcel_id")),
    ("registerHousehold", Some("household_id")),
    ("createAgreement", Some("agreement_id")),
    ("signAgreement", None),
    ("createEstate", Some("estate_id")),
    ("createBuilding", Some("building_id")),
    ("createFlat", Some("flat_id")),
    ("assignFlat", None),
    ("releaseFlat", None),
    ("voidAgreement", None),
];

/// How somebody begins to work here, and stops.
const EMPLOYMENT: &[(&str, Option<&str>)] = &[
    ("createOrgUnit", Some("org_unit_id")),
    ("replaceOrgUnit", None),
    ("enterStaffMember", Some("staff_id")),
    ("replaceStaffMember", None),
    ("createPost", Some("post_id")),
    ("endPost", None),
    ("recordDeparture", None),
];

/// Between several people or units, so one course does not bring what they name: `tests/scope`,
/// `tests/staff`, `tests/responsibility` and `tests/privacy` try them.
const BETWEEN_SEVERAL: &[&str] = &[
    "moveOrgUnit",
    "givePostParcel",
    "endPostParcel",
    "assignHousehold",
    "assignNeed",
    "assignParcel",
    "handOver",
    "breakGlass",
    "reviewBreakGlassAccess",
];

/// A town that comes to be by the examples alone.
struct Course {
    town: Town,
    operations: Vec<Operation>,
    /// What stands for `{parcel_id}` and the like, in paths and bodies.
    ids: BTreeMap<String, String>,
    lookup_code: String,
}

impl Course {
    async fn begin() -> Self {
        Self {
            town: Town::new().await,
            operations: operations(),
            ids: BTreeMap::new(),
            lookup_code: String::new(),
        }
    }

    fn operation(&self, id: &str) -> &Operation {
        let mut all = self.operations.iter();
        all.find(|o| o.id() == id)
            .unwrap_or_else(|| panic!("there is no operation {id}"))
    }

    /// Somebody who may call it, for a re-check somebody who did not rectify.
    async fn caller(&self, operation: &Operation) -> Person {
        if operation.id() == "recheckDefect" {
            return self.town.second_inspector().await;
        }
        let permission = operation.permission();
        let row = PERMISSIONS.iter().find(|row| Some(row.key) == permission);
        row.map_or_else(
            || self.town.anonymous(),
            |row| self.town.person(row.roles[0], false),
        )
    }

    fn path(&self, operation: &Operation) -> String {
        let mut path = operation.path.clone();
        for (name, id) in &self.ids {
            path = path.replace(&format!("{{{name}}}"), id);
        }
        assert!(!path.contains('{'), "{path} has an id that nobody brought");
        path
    }

    /// The example with the ids of this town.
    fn body(&self, operation: &Operation) -> Option<Value> {
        let content = &operation.value["requestBody"]["content"];
        let mut body = content.get("application/json")?["example"].clone();
        for (member, value) in body.as_object_mut().unwrap() {
            if let Some(id) = self.ids.get(member) {
                *value = json!(id);
            }
            if member == "lookup_code" {
                *value = json!(self.lookup_code);
            }
        }
        Some(body)
    }

    /// The tag of what is changed: that of the household for its persons and structures.
    async fn tag(&self, path: &str) -> Value {
        let parts: Vec<&str> = path.split('/').take(4).collect();
        let path = match parts[2] {
            "persons" | "structures" => format!("/v1/households/{}", self.ids["household_id"]),
            _ => parts.join("/"),
        };
        let reply = self.town.admin().get(&path).send().await.ok(200);
        json!(reply.header("etag"))
    }

    async fn send(&self, id: &str) -> Reply {
        let operation = self.operation(id);
        let (path, person) = (self.path(operation), self.caller(operation).await);
        let method = operation.method.parse().unwrap();
        let mut errand: Errand = person.errand(method, &path);
        if operation.takes("Idempotency-Key") {
            errand = errand.key(&fresh_key());
        }
        if operation.takes("If-Match") {
            errand = errand.if_match(&self.tag(&path).await);
        }
        if let Some(body) = self.body(operation) {
            errand = errand.json(&body);
        }
        let reply = errand.send().await;
        assert!(reply.status.is_success(), "{id}: {}", reply.text());
        reply
    }

    fn learn(&mut self, reply: &Reply, name: Option<&str>) {
        if let Some(name) = name {
            let id = text(&reply.json["id"]).to_owned();
            self.ids.insert(name.to_owned(), id);
        }
        for (member, list, at) in [
            ("person_id", "persons", 0),
            ("structure_id", "structures", 1),
        ] {
            if let Some(id) = reply.json[list][at]["id"].as_str() {
                self.ids.insert(member.to_owned(), id.to_owned());
            }
        }
        if let Some(code) = reply.json["lookup_code"].as_str() {
            code.clone_into(&mut self.lookup_code);
        }
    }
}

#[tokio::test]
async fn every_example_of_a_request_is_done_and_every_location_can_be_read() {
    let mut course = Course::begin().await;
    let mut followed = BTreeSet::new();
    for (id, name) in WITHDRAWAL {
        let reply = course.send(id).await;
        course.learn(&reply, *name);
    }
    let mut course = Course::begin().await;
    let district = crate::scope::district(&course.town).await;
    let district = text(&district["id"]).to_owned();
    course.ids.insert("parent_id".to_owned(), district);
    for (id, name) in EMPLOYMENT {
        let reply = course.send(id).await;
        course.learn(&reply, *name);
        let location = reply.header("location");
        if !location.is_empty() {
            let found = someone_reads(&course.town, location).await;
            assert!(found, "{id}: nobody can read its Location {location}");
            followed.insert(*id);
        }
    }
    let mut course = Course::begin().await;
    for (id, name) in COURSE {
        let reply = course.send(id).await;
        course.learn(&reply, *name);
        let location = reply.header("location");
        if !location.is_empty() {
            let found = someone_reads(&course.town, location).await;
            assert!(found, "{id}: nobody can read its Location {location}");
            followed.insert(*id);
        }
    }
    let sent: BTreeSet<&str> = [COURSE, WITHDRAWAL, EMPLOYMENT]
        .concat()
        .iter()
        .map(|(id, _)| *id)
        .collect();
    for operation in &course.operations {
        let id = operation.id();
        let content = &operation.value["requestBody"]["content"];
        let takes_json = content.get("application/json").is_some();
        assert!(
            !takes_json || sent.contains(id) || BETWEEN_SEVERAL.contains(&id),
            "{id} is not in the course"
        );
        let responses = &operation.value["responses"];
        let located = ["201", "202"]
            .iter()
            .any(|status| responses[status]["headers"]["Location"].is_object());
        // Its file is no JSON; tests/imports follow its Location.
        if located && id != "createImport" && !BETWEEN_SEVERAL.contains(&id) {
            assert!(
                followed.contains(id),
                "the Location of {id} was not followed"
            );
        }
    }
}

async fn someone_reads(town: &Town, location: &str) -> bool {
    for role in Role::ALL.iter().copied() {
        let reply = town.person(role, false).get(location).send().await;
        if reply.status == 200 {
            return true;
        }
    }
    false
}

#[test]
fn every_example_of_a_problem_has_its_status_and_a_code_that_is_explained() {
    let explained: BTreeMap<&str, u64> = include_str!("../../openapi/problems.md")
        .lines()
        .filter_map(|line| {
            let (code, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
            Some((code, rest.split(' ').next()?.parse().ok()?))
        })
        .collect();
    for operation in operations() {
        let id = operation.id();
        for (status, response) in operation.value["responses"].as_object().unwrap() {
            let example = &response["content"]["application/problem+json"]["example"];
            if !status.starts_with(['4', '5']) {
                continue;
            }
            assert_eq!(example["status"].to_string(), *status, "{id}");
            let code = text(&example["code"]);
            assert_eq!(
                explained.get(code),
                example["status"].as_u64().as_ref(),
                "{id} {code}"
            );
            assert_eq!(example["type"], format!("/problems#{code}"), "{id}");
            assert!(text(&example["instance"]).starts_with("/v1/"), "{id}");
            assert!(!text(&example["instance"]).contains('{'), "{id}");
        }
    }
}

#[test]
fn no_whole_number_of_the_contract_has_a_fraction() {
    fn look(value: &Value, at: &str) {
        match value {
            // Positions on the earth are the only numbers that are not counted.
            Value::Object(members) => members
                .iter()
                .filter(|(name, _)| *name != "coordinates")
                .for_each(|(name, member)| look(member, &format!("{at}/{name}"))),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, item)| look(item, &format!("{at}/{index}"))),
            Value::Number(number) => assert!(!number.is_f64(), "{at}: {number}"),
            _ => {}
        }
    }
    look(&super::document(), "");
}
