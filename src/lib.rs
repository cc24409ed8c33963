//! Anju (安居): case management for district redevelopment, from the roster to the keys.
//!
//! Start in `migrations/`, then here, then any capability: each folder holds its operations
//! (`api.rs`), its words (`model.rs`), its rules (`rules.rs`) and its SQL (`store.rs`).

/// Agreements, the frozen roster and the signing rate.
pub mod agreements;
/// What every slice holds: database, clock, randomness, keys, settings.
pub mod app;
/// The trail of every change, written in its transaction.
pub mod audit;
/// Households beyond one's units, in an emergency.
pub mod break_glass;
/// What rows of files mean to the slices they are for.
pub mod bulk;
/// The commands of the program.
pub mod cli;
/// Statements: what a plan gives a household, exactly and with every step.
pub mod compensation;
/// Settings from environment and file.
pub mod config;
/// The database: migrations, connections, who connects.
pub mod database;
/// The demo programme: synthetic, deterministic, loaded as a client would.
pub mod demo;
/// Files of imports and reports, in sealed pieces.
pub mod files;
/// Connections that hot reads hand on to each other.
pub mod hot;
/// Households, persons and structures; personal data live here and nowhere else.
pub mod households;
/// Estates, buildings and flats: from the list of flats to the keys.
pub mod housing;
/// Problems, bodies, versions, pages, retries, the contract.
pub mod http;
/// Files in: rosters, agreements, flats, inspection points, needs.
pub mod imports;
/// Inspections of flats, whose result is computed, and their defects.
pub mod inspections;
/// Long work: queue, worker, progress.
pub mod jobs;
pub mod lookup;
/// Residents see their own case with a code from a letter.
/// What things are called, where a list has only ids.
pub mod names;
/// Schooling and medical needs from due date to closure.
pub mod needs;
/// The units of the four levels, where cases hang and people work.
pub mod organisation;
/// Programmes and parcels: what is redeveloped and how far it is.
pub mod parcels;
/// Compensation plans as documents, and what publication asks of them.
pub mod plans;
/// The private PostgreSQL, backup and restore.
pub mod postgres;
/// Encryption of personal data and keyed hashes.
pub mod privacy;
/// Reports: signing progress and the household ledger, each from one snapshot.
pub mod reports;
/// Who is responsible for which household and need, and what they have to do.
pub mod responsibility;
/// Requests of persons about their own data: copies, corrections, erasure.
pub mod rights;
/// Changing the keys: everything sealed is sealed anew.
pub mod rotation;
/// Tables in and out: workbooks and CSV files, read and written row by row.
pub mod sheets;
/// Accounts, passwords, second factors, sessions, and tokens of an identity provider.
pub mod sign_in;
/// Callers, roles, permissions, scope.
pub mod staff;
/// Structured logs.
pub mod telemetry;
/// Money, areas, days, ids and documents that were checked once.
pub mod values;

pub use app::{App, Clock, Entropy};

use std::sync::Arc;

use poem::{Endpoint, EndpointExt as _, Route, endpoint::BoxEndpoint};
use poem_openapi::{ContactObject, LicenseObject, OpenApi, OpenApiService};

/// The migrations, in order, as they were when this program was built.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();

/// The only list of slices.
fn slices(app: &App) -> impl OpenApi + 'static {
    (
        (
            staff::StaffApi(app.clone()),
            staff::members::StaffMembersApi(app.clone()),
            staff::posts::PostsApi(app.clone()),
            staff::posts::PostParcelsApi(app.clone()),
            organisation::OrganisationApi(app.clone()),
            responsibility::ResponsibilityApi(app.clone()),
            responsibility::HandOversApi(app.clone()),
            responsibility::WorkApi(app.clone()),
            (
                sign_in::SessionsApi(app.clone()),
                sign_in::OwnAccountApi(app.clone()),
                sign_in::AccountsApi(app.clone()),
                sign_in::IdentitiesApi(app.clone()),
            ),
        ),
        parcels::ProgrammesApi(app.clone()),
        (
            parcels::ParcelsApi(app.clone()),
            parcels::BoundariesApi(app.clone()),
        ),
        housing::HousingApi(app.clone()),
        (
            housing::FlatsApi(app.clone()),
            housing::HandoversApi(app.clone()),
        ),
        inspections::InspectionsApi(app.clone()),
        inspections::DefectsApi(app.clone()),
        needs::NeedsApi(app.clone()),
        (
            households::HouseholdsApi(app.clone()),
            households::SearchApi(app.clone()),
            households::DisclosuresApi(app.clone()),
            break_glass::BreakGlassApi(app.clone()),
            households::PersonsApi(app.clone()),
            households::StructuresApi(app.clone()),
        ),
        lookup::LookupCodesApi(app.clone()),
        (
            lookup::ResidentApi::new(app.clone()),
            rights::OwnRequestsApi::new(app.clone()),
            rights::DataRequestsApi(app.clone()),
            rights::DecisionsApi(app.clone()),
            rights::CopiesApi(app.clone()),
        ),
        audit::AuditApi(app.clone()),
        agreements::AgreementsApi(app.clone()),
        agreements::signing_rate::SigningRateApi(app.clone()),
        (imports::ImportsApi(app.clone()), jobs::JobsApi(app.clone())),
        (reports::ReportsApi(app.clone()), exports(app)),
    )
}

/// The lists that can be downloaded.
fn exports(app: &App) -> impl OpenApi + 'static {
    (
        (
            parcels::ProgrammeExportsApi(app.clone()),
            parcels::ParcelExportsApi(app.clone()),
        ),
        households::HouseholdExportsApi(app.clone()),
        agreements::AgreementExportsApi(app.clone()),
        agreements::signing_rate::UnsignedExportsApi(app.clone()),
        housing::FlatExportsApi(app.clone()),
        inspections::InspectionExportsApi(app.clone()),
        inspections::DefectExportsApi(app.clone()),
        needs::NeedExportsApi(app.clone()),
        audit::AuditExportsApi(app.clone()),
        housing::HousingExportsApi(app.clone()),
        reports::ReportExportsApi(app.clone()),
        lookup::LookupCodeExportsApi(app.clone()),
        (
            break_glass::BreakGlassExportsApi(app.clone()),
            staff::ApiKeyExportsApi(app.clone()),
            staff::members::StaffExportsApi(app.clone()),
            organisation::OrgUnitExportsApi(app.clone()),
            responsibility::ResponsibilityExportsApi(app.clone()),
            sign_in::AccountExportsApi(app.clone()),
            sign_in::IdentityExportsApi(app.clone()),
            rights::DataRequestExportsApi(app.clone()),
        ),
    )
}

/// What poem-openapi makes of the slices, before it is polished; for tests of its sharp edges.
pub fn generated_document(app: &App) -> String {
    described(app).spec()
}

/// The contract of the slices, as served at `/v1/openapi.json` and committed in `openapi/`.
pub fn contract(app: &App) -> http::Contract {
    http::Contract::new(http::document(&described(app).spec()))
}

fn described(app: &App) -> OpenApiService<impl OpenApi + 'static, ()> {
    OpenApiService::new(slices(app), "Anju (安居)", env!("CARGO_PKG_VERSION"))
        .description(include_str!("http/openapi/introduction.md"))
        // One document for every server, so it names no address: each district has its own.
        .contact(ContactObject::new().name("The district that runs this server"))
        .license(LicenseObject::new("Apache-2.0").identifier("Apache-2.0"))
}

/// The whole HTTP service.
pub fn service(app: App) -> impl Endpoint {
    let api = described(&app);
    let contract = Arc::new(contract(&app));
    let reference = http::reference_page(&api.swagger_ui_html(), &api.spec(), &contract);
    let document = contract.text.clone();
    Route::new()
        .at("/v1/openapi.json", http::open_document(document))
        .at("/docs", http::reference(reference))
        .nest("/v1", api)
        .nest(
            "/",
            http::resident_page(
                http::problems_page(http::changelog(http::probes())),
                &app.config,
            ),
        )
        .around(|next, request| async move { http::envelope(next, request).await })
        .data(contract)
        .data(app)
}

/// The service as this program calls it itself: the same rules and answers, a quieter log.
pub fn own_service(app: App) -> BoxEndpoint<'static> {
    service(app)
        .before(|mut request| async move {
            request.set_data(http::OwnRequest);
            Ok(request)
        })
        .map_to_response()
        .boxed()
}
