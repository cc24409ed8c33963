//! The one table of permissions: reviewed here, shown at `/v1/roles`, written into the contract.

use poem_openapi::Enum;

use crate::sheets::Bilingual;

/// What a member of staff is (岗位).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type, Enum, serde::Serialize, clap::ValueEnum,
)]
#[sqlx(type_name = "staff_role", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename = "Role", rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Role {
    /// District headquarters (区指挥部): programmes, estates, keys.
    DistrictAdmin,
    /// Case officer (经办人): households, agreements, lookup codes, hand-over.
    CaseOfficer,
    /// Quality inspector (质量检查员): inspections and defects.
    Inspector,
    /// School and health desk (教育、卫健窗口): needs.
    NeedsOfficer,
    /// Auditor (审计): reads everything masked, orders reports.
    Auditor,
}

impl Role {
    pub const ALL: [Self; 5] = [
        Self::DistrictAdmin,
        Self::CaseOfficer,
        Self::Inspector,
        Self::NeedsOfficer,
        Self::Auditor,
    ];

    /// The name on the wire and in the trail.
    pub fn key(self) -> &'static str {
        match self {
            Self::DistrictAdmin => "district_admin",
            Self::CaseOfficer => "case_officer",
            Self::Inspector => "inspector",
            Self::NeedsOfficer => "needs_officer",
            Self::Auditor => "auditor",
        }
    }

    /// The words people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::DistrictAdmin => ("区指挥部", "district headquarters"),
            Self::CaseOfficer => ("经办人", "case officer"),
            Self::Inspector => ("质量检查员", "inspector"),
            Self::NeedsOfficer => ("教育、卫健窗口", "school and health desk"),
            Self::Auditor => ("审计", "auditor"),
        }
    }
}

/// What an operation asks for; each is a type, so that a handler's signature says it.
pub trait Permission: Send + Sync + 'static {
    /// `object.act`
    const KEY: &'static str;
    /// The name of the security scheme in the generated document: scheme, space, permission.
    const SCHEME: &'static str;
    const ROLES: &'static [Role];
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub key: &'static str,
    pub roles: &'static [Role],
    /// What it lets one do.
    pub meaning: &'static str,
}

macro_rules! permissions {
    ($($name:ident $key:literal $meaning:literal [$($role:ident)*];)*) => {
        /// The permissions as types: `Staff<may::SignAgreements>`.
        pub mod may {
            use super::{Permission, Role};
            $(
                #[doc = $meaning]
                #[derive(Debug, Clone, Copy)]
                pub struct $name;

                impl Permission for $name {
                    const KEY: &'static str = $key;
                    const SCHEME: &'static str = concat!("ApiKey ", $key);
                    const ROLES: &'static [Role] = &[$(Role::$role),*];
                }
            )*
        }

        /// Every permission with the roles that have it.
        pub const PERMISSIONS: &[Row] = &[
            $(Row { key: $key, roles: <may::$name as Permission>::ROLES, meaning: $meaning }),*
        ];
    };
}

permissions! {
    ReadProgrammes   "programme.read"    "Read programmes, parcels and their progress"
        [DistrictAdmin CaseOfficer Inspector NeedsOfficer Auditor];
    WriteProgrammes  "programme.write"   "Create and change programmes and parcels"
        [DistrictAdmin];
    ReadHouseholds   "household.read"    "Read households with masked documents"
        [DistrictAdmin CaseOfficer NeedsOfficer Auditor];
    WriteHouseholds  "household.write"   "Register and change households, persons and structures"
        [DistrictAdmin CaseOfficer];
    ReadAgreements   "agreement.read"    "Read agreements and who has not signed"
        [DistrictAdmin CaseOfficer Auditor];
    WriteAgreements  "agreement.write"   "Draft, sign and void agreements"
        [DistrictAdmin CaseOfficer];
    FreezeRoster     "roster.freeze"     "Fix the denominator of a parcel's signing rate"
        [DistrictAdmin];
    ReadSigningRate  "signing-rate.read" "Read signing rates and their series"
        [DistrictAdmin CaseOfficer Inspector NeedsOfficer Auditor];
    ReadHousing      "housing.read"      "Read estates, buildings, flats, inspections and defects"
        [DistrictAdmin CaseOfficer Inspector NeedsOfficer Auditor];
    WriteHousing     "housing.write"     "Create and change estates, buildings and flats"
        [DistrictAdmin];
    AssignFlats      "flat.assign"       "Assign flats to households and hand them over"
        [DistrictAdmin CaseOfficer];
    Inspect          "inspection.write"  "Record inspections, defects, rectifications and re-checks"
        [Inspector];
    ReadNeeds        "need.read"         "Read needs and what is overdue"
        [DistrictAdmin CaseOfficer NeedsOfficer Auditor];
    WriteNeeds       "need.write"        "Register, arrange and close needs"
        [CaseOfficer NeedsOfficer];
    IssueCodes       "lookup-code.write" "Issue, re-issue and revoke lookup codes"
        [DistrictAdmin CaseOfficer];
    Import           "import.write"      "Load files; each kind also asks for the right to write what it holds"
        [DistrictAdmin CaseOfficer Inspector NeedsOfficer];
    ReadTrail        "audit.read"        "Read the audit trail"
        [Auditor];
    OrderReports     "report.write"      "Order reports and read them"
        [DistrictAdmin Auditor];
    ManageKeys       "api-key.write"     "Create and revoke API keys"
        [DistrictAdmin];
    Anyone           "self.read"         "Read one's own key, roles and jobs"
        [DistrictAdmin CaseOfficer Inspector NeedsOfficer Auditor];
}

/// The names of the roles that have a permission.
pub fn roles_with(permission: &str) -> Vec<&'static str> {
    let row = PERMISSIONS.iter().find(|row| row.key == permission);
    row.map(|row| row.roles.iter().map(|role| role.key()).collect())
        .unwrap_or_default()
}
