//! One id type per entity, so that a household's id cannot be passed for a person's.
//!
//! Ids are `UUIDv7`: they sort by creation and are never a credential. Time and randomness are
//! passed in.

use std::fmt;

use uuid::Uuid;

use super::ValueError;
use super::wire::string_schema;

/// The hyphenated form only: one id, one spelling.
fn parse_uuid(text: &str) -> Result<Uuid, ValueError> {
    let hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH;
    hyphenated
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
        .ok_or_else(|| {
            ValueError::new(
                "not-a-uuid",
                "不是有效的标识符（UUID）",
                "must be a UUID with hyphens",
            )
        })
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id from the milliseconds since 1970 and ten random bytes (six of their
            /// bits give way to the version and the variant).
            pub fn from_parts(millis: u64, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// Reads the hyphenated form.
            pub fn parse(text: &str) -> Result<Self, ValueError> {
                parse_uuid(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        read_from_string!($name, string_schema("uuid", "018f4e2a-5b7c-7d3e-9f10-2b3c4d5e6f70"));
        write_as_string!($name);
        store_as!($name => Uuid, to: |id| &id.0, from: |uuid| Ok(Self(uuid)));
    )*};
}

id! {
    /// A redevelopment programme (改造项目) with its yearly targets.
    ProgrammeId;
    /// A redevelopment parcel (地块): one village or one shantytown area.
    ParcelId;
    /// A household (被征收户).
    HouseholdId;
    /// A person of a household (家庭成员).
    PersonId;
    /// A building or part of one on a household's plot (房屋、构筑物).
    StructureId;
    /// A frozen list of the households that count for the signing rate (签约底册).
    RosterId;
    /// A compensation agreement (补偿协议).
    AgreementId;
    /// A resettlement estate (安置小区).
    EstateId;
    /// A building of an estate (楼栋).
    BuildingId;
    /// A flat (安置房).
    FlatId;
    /// A quality inspection (质量检查).
    InspectionId;
    /// A defect found by an inspection (质量问题).
    DefectId;
    /// A need after the move: schooling, medical and others (需求).
    NeedId;
    /// An API key of a member of staff.
    ApiKeyId;
    /// A unit of the organisation (单位).
    OrgUnitId;
    /// A member of staff (工作人员): a person, however they sign in.
    StaffId;
    /// A post (岗位): a role at a unit for a period.
    PostId;
    /// An access in an emergency (紧急查阅).
    BreakGlassAccessId;
    /// A period in which somebody was responsible for something (责任人).
    ResponsibilityId;
    /// Whoever did something (办理人): the member of staff, or the key while nobody is known behind
    /// it.
    ActorId;
    /// An entry of the audit trail (审计记录).
    AuditEventId;
    /// A job of the queue.
    JobId;
    /// An import of a file.
    ImportId;
    /// A produced report.
    ReportId;
    /// An issued lookup code (查询码); not the code itself.
    LookupCodeId;
    /// A resident's short session after a successful lookup.
    ResidentSessionId;
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::{ParseFromJSON, ToJSON};
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "018f4e2a-5b7c-7d3e-9f10-2b3c4d5e6f70";

    #[test]
    fn an_id_is_a_version_7_uuid_that_sorts_by_time() {
        let early = HouseholdId::from_parts(1_514_736_000_000, [255; 10]);
        let late = HouseholdId::from_parts(1_514_736_000_001, [0; 10]);
        assert_eq!(early.0.get_version(), Some(uuid::Version::SortRand));
        assert_eq!(early.0.get_variant(), uuid::Variant::RFC4122);
        assert!(early < late);
    }

    #[test]
    fn only_the_hyphenated_spelling_is_read() {
        assert!(ParcelId::parse(TEXT).is_ok());
        let others = [
            TEXT.replace('-', ""),
            format!("{{{TEXT}}}"),
            format!("urn:uuid:{TEXT}"),
            format!(" {TEXT}"),
            format!("{}z", &TEXT[..35]),
            String::new(),
        ];
        for other in others {
            let code = ParcelId::parse(&other).map_err(|e| e.code);
            assert_eq!(code, Err("not-a-uuid"), "{other}");
        }
    }

    #[test]
    fn upper_case_is_read_and_lower_case_printed() {
        assert_eq!(
            ParcelId::parse(&TEXT.to_uppercase()).unwrap().to_string(),
            TEXT
        );
    }

    #[test]
    fn json_and_serde_print_the_same_string() {
        let id = PersonId::parse(TEXT).unwrap();
        assert_eq!(id.to_json(), Some(TEXT.into()));
        assert_eq!(serde_json::to_value(id).unwrap(), serde_json::json!(TEXT));
        assert_eq!(PersonId::parse_from_json(Some(TEXT.into())).unwrap(), id);
    }

    #[test]
    fn json_numbers_and_absence_are_refused_without_being_repeated() {
        let refused = PersonId::parse_from_json(Some(731_922.into())).unwrap_err();
        assert!(
            refused.message().contains("must be a JSON string"),
            "{}",
            refused.message()
        );
        assert!(
            !refused.message().contains("731922"),
            "{}",
            refused.message()
        );
        assert!(
            PersonId::parse_from_json(None)
                .unwrap_err()
                .message()
                .contains("required")
        );
    }

    proptest! {
        #[test]
        fn printing_and_reading_an_id_gives_it_back(millis in 0_u64..1 << 48, random: [u8; 10]) {
            let id = AgreementId::from_parts(millis, random);
            prop_assert_eq!(AgreementId::parse(&id.to_string()), Ok(id));
        }
    }
}
