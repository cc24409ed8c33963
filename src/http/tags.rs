//! The chapters of the API reference.

use poem_openapi::Tags;

/// The capabilities an operation can belong to.
#[derive(Debug, Clone, Copy, Tags)]
#[oai(rename_all = "kebab-case")]
pub enum Tag {
    /// Who I am, roles, staff, posts and API keys.
    Staff,
    /// Signing in and out, passwords, second factors, accounts and identities.
    SignIn,
    /// The units of the four levels, where cases hang and people work.
    Organisation,
    /// Who is responsible for which household and need, hand-over, and the work list.
    Responsibility,
    /// Programmes, parcels, boundaries, stages and progress against targets.
    Parcels,
    /// Households, persons and structures.
    Households,
    /// Files in: rosters, agreements, flats, inspection points, needs.
    Imports,
    /// Agreements, frozen rosters and the signing rate.
    Agreements,
    /// Resettlement estates, buildings, flats and their hand-over.
    Housing,
    /// Inspections of flats and defects.
    Inspections,
    /// Schooling and medical needs.
    Needs,
    /// The resident's own view of the case, and the codes that open it.
    Lookup,
    /// The trail of every change.
    Audit,
    /// Reports, and the jobs that produce them.
    Reports,
}
