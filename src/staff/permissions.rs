//! The one table of permissions: reviewed here, shown at `/v1/roles`, written into the contract.

use poem_openapi::Enum;

use crate::sheets::Bilingual;

/// Declares the roles once: variant, name on the wire, what it is.
macro_rules! roles {
    ($($(#[doc = $doc:literal])+ $name:ident $key:literal $zh:literal $en:literal;)*) => {
        /// What a member of staff is (岗位).
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type, Enum, serde::Serialize,
            serde::Deserialize, clap::ValueEnum,
        )]
        #[sqlx(type_name = "staff_role", rename_all = "snake_case")]
        #[serde(rename_all = "snake_case")]
        #[oai(rename = "Role", rename_all = "snake_case")]
        #[value(rename_all = "snake_case")]
        pub enum Role {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Role {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name on the wire and in the trail.
            pub fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)*
                }
            }

            /// The words people read.
            pub fn words(self) -> Bilingual {
                match self {
                    $(Self::$name => ($zh, $en),)*
                }
            }
        }
    };
}

roles! {
    /// System administrator (系统管理员): units, staff, posts and keys; no case data.
    SystemAdministrator "system_administrator" "系统管理员" "system administrator";
    /// District headquarters (区指挥部): programmes, estates, keys.
    DistrictAdmin "district_admin" "区指挥部" "district headquarters";
    /// Lead of a subdistrict (街办负责人): everything of its cases, reports.
    SubdistrictLead "subdistrict_lead" "街办负责人" "subdistrict lead";
    /// Case officer (经办人): households, agreements, lookup codes, hand-over.
    CaseOfficer "case_officer" "经办人" "case officer";
    /// Grid worker (网格员): the households of the grid, and that somebody has a need.
    GridWorker "grid_worker" "网格员" "grid worker";
    /// Appraiser (评估机构): the households of the parcels given to them.
    Appraiser "appraiser" "评估机构" "appraiser";
    /// Quality inspector (质量检查员): inspections and defects.
    Inspector "inspector" "质量检查员" "inspector";
    /// Finance, who enters (财务经办).
    FinanceMaker "finance_maker" "财务经办" "finance maker";
    /// Finance, who checks (财务复核).
    FinanceChecker "finance_checker" "财务复核" "finance checker";
    /// Finance, who approves (财务审批).
    FinanceApprover "finance_approver" "财务审批" "finance approver";
    /// School and health desk in one (教育、卫健窗口): all needs.
    NeedsOfficer "needs_officer" "教育、卫健窗口" "school and health desk";
    /// School desk (教育窗口): schooling needs.
    SchoolDesk "school_desk" "教育窗口" "school desk";
    /// Health desk (卫健窗口): medical needs.
    HealthDesk "health_desk" "卫健窗口" "health desk";
    /// Hotline desk (12345 热线坐席): whose case a call is about.
    HotlineDesk "hotline_desk" "热线坐席" "hotline desk";
    /// Auditor (审计): reads everything masked, orders reports.
    Auditor "auditor" "审计" "auditor";
    /// Audit administrator (审计管理员): the trail and its keys, no case data.
    AuditAdministrator "audit_administrator" "审计管理员" "audit administrator";
    /// A program (接口客户端), whose key names which of these permissions it has.
    ApiClient "api_client" "接口客户端" "API client";
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
    ReadOrganisation "org-unit.read"    "Read the organisation units"
        [SystemAdministrator DistrictAdmin SubdistrictLead CaseOfficer GridWorker Appraiser Inspector
         FinanceMaker FinanceChecker FinanceApprover NeedsOfficer SchoolDesk HealthDesk HotlineDesk
         Auditor AuditAdministrator ApiClient];
    WriteOrganisation "org-unit.write"  "Set up, rename and move organisation units"
        [SystemAdministrator DistrictAdmin];
    ReadStaff        "staff.read"       "Read staff and their posts"
        [SystemAdministrator DistrictAdmin SubdistrictLead Auditor];
    ManageStaff      "staff.write"      "Enter staff, appoint them to posts and let them go"
        [SystemAdministrator DistrictAdmin];
    ReadResponsibility "responsibility.read" "Read who is responsible for what"
        [DistrictAdmin SubdistrictLead CaseOfficer GridWorker NeedsOfficer SchoolDesk HealthDesk
         HotlineDesk Auditor];
    ReadWork         "work.read"        "Be responsible for households and needs, and read what one has to do"
        [DistrictAdmin SubdistrictLead CaseOfficer GridWorker NeedsOfficer SchoolDesk HealthDesk];
    HandOver         "responsibility.write" "Say who is responsible for a household or a need, and hand over"
        [DistrictAdmin SubdistrictLead];
    ReadProgrammes   "programme.read"    "Read programmes, parcels and their progress"
        [DistrictAdmin SubdistrictLead CaseOfficer GridWorker Appraiser Inspector FinanceMaker
         FinanceChecker FinanceApprover NeedsOfficer SchoolDesk HealthDesk HotlineDesk Auditor
         ApiClient];
    WriteProgrammes  "programme.write"   "Create and change programmes and parcels"
        [DistrictAdmin];
    ReadHouseholds   "household.read"    "Read households with masked documents"
        [DistrictAdmin SubdistrictLead CaseOfficer GridWorker Appraiser NeedsOfficer SchoolDesk
         HealthDesk HotlineDesk Auditor ApiClient];
    SearchHouseholds "household.search"  "Find households by name, telephone or number, masked and recorded"
        [DistrictAdmin SubdistrictLead CaseOfficer GridWorker NeedsOfficer SchoolDesk HealthDesk
         HotlineDesk Auditor];
    Disclose         "household.disclose" "See a household in clear, for a reason that the resident can read"
        [DistrictAdmin SubdistrictLead CaseOfficer GridWorker NeedsOfficer SchoolDesk HealthDesk
         HotlineDesk Auditor];
    BreakGlass       "break-glass.write" "See a household beyond one's units in an emergency, for a while"
        [SubdistrictLead CaseOfficer GridWorker NeedsOfficer HealthDesk HotlineDesk];
    ReviewBreakGlass "break-glass.review" "Read and examine accesses in an emergency"
        [DistrictAdmin SubdistrictLead Auditor];
    WriteHouseholds  "household.write"   "Register and change households, persons and structures"
        [DistrictAdmin CaseOfficer];
    ReadAgreements   "agreement.read"    "Read agreements and who has not signed"
        [DistrictAdmin SubdistrictLead CaseOfficer FinanceMaker FinanceChecker FinanceApprover
         Auditor ApiClient];
    WriteAgreements  "agreement.write"   "Draft, sign and void agreements"
        [DistrictAdmin SubdistrictLead CaseOfficer];
    FreezeRoster     "roster.freeze"     "Fix the denominator of a parcel's signing rate"
        [DistrictAdmin SubdistrictLead];
    ReadSigningRate  "signing-rate.read" "Read signing rates and their series"
        [DistrictAdmin SubdistrictLead CaseOfficer Inspector FinanceMaker FinanceChecker
         FinanceApprover NeedsOfficer SchoolDesk HealthDesk HotlineDesk Auditor ApiClient];
    ReadHousing      "housing.read"      "Read estates, buildings, flats, inspections and defects"
        [DistrictAdmin SubdistrictLead CaseOfficer Inspector NeedsOfficer SchoolDesk HealthDesk
         Auditor ApiClient];
    WriteHousing     "housing.write"     "Create and change estates, buildings and flats"
        [DistrictAdmin];
    AssignFlats      "flat.assign"       "Assign flats to households and hand them over"
        [DistrictAdmin SubdistrictLead CaseOfficer];
    Inspect          "inspection.write"  "Record inspections, defects, rectifications and re-checks"
        [Inspector];
    ReadNeeds        "need.read"         "Read needs and what is overdue; what exactly is needed reads the desk of its kind alone"
        [DistrictAdmin SubdistrictLead CaseOfficer GridWorker NeedsOfficer SchoolDesk HealthDesk
         Auditor];
    WriteNeeds       "need.write"        "Register, arrange and close needs"
        [CaseOfficer NeedsOfficer SchoolDesk HealthDesk];
    IssueCodes       "lookup-code.write" "Issue, re-issue and revoke lookup codes"
        [DistrictAdmin SubdistrictLead CaseOfficer];
    Import           "import.write"      "Load files; each kind also asks for the right to write what it holds"
        [DistrictAdmin CaseOfficer Inspector NeedsOfficer SchoolDesk HealthDesk];
    ReadTrail        "audit.read"        "Read the audit trail"
        [Auditor AuditAdministrator];
    OrderReports     "report.write"      "Order reports and read them"
        [DistrictAdmin SubdistrictLead Auditor];
    ManageKeys       "api-key.write"     "Create and revoke API keys"
        [SystemAdministrator DistrictAdmin];
    Anyone           "self.read"         "Read one's own key, roles and jobs"
        [SystemAdministrator DistrictAdmin SubdistrictLead CaseOfficer GridWorker Appraiser Inspector
         FinanceMaker FinanceChecker FinanceApprover NeedsOfficer SchoolDesk HealthDesk HotlineDesk
         Auditor AuditAdministrator ApiClient];
}

/// The names of the roles that have a permission.
pub fn roles_with(permission: &str) -> Vec<&'static str> {
    let row = PERMISSIONS.iter().find(|row| row.key == permission);
    row.map(|row| row.roles.iter().map(|role| role.key()).collect())
        .unwrap_or_default()
}
