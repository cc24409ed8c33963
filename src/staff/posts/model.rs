//! The words of posts.

use poem_openapi::Object;

use crate::{
    staff::Role,
    values::{Day, OrgUnitId, ParcelId, PostId, StaffId},
};

/// A post (岗位): role × unit × period.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Post {
    pub id: PostId,
    pub staff_id: StaffId,
    pub role: Role,
    pub org_unit_id: OrgUnitId,
    pub from_on: Day,
    /// The last day; absent while nobody knows it.
    pub to_on: Option<Day>,
    pub version: i32,
}

/// An appointment (任命).
#[derive(Debug, Object)]
pub struct NewPost {
    /// What a person can be: not `api_client`.
    pub role: Role,
    /// One's own unit or one below.
    pub org_unit_id: OrgUnitId,
    /// May lie ahead.
    pub from_on: Day,
    /// The last day, when it is known.
    pub to_on: Option<Day>,
}

/// The end of a post.
#[derive(Debug, Object)]
pub(super) struct NewPostEnding {
    /// The last day.
    pub to_on: Day,
}

/// A parcel that is given to an appraiser (评估地块).
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct PostParcel {
    pub post_id: PostId,
    pub parcel_id: ParcelId,
    pub from_on: Day,
    /// The last day; absent while nobody knows it.
    pub to_on: Option<Day>,
}

/// A parcel to be given to an appraiser.
#[derive(Debug, Object)]
pub(super) struct NewPostParcel {
    pub parcel_id: ParcelId,
    /// May lie ahead.
    pub from_on: Day,
    /// The last day, when it is known.
    pub to_on: Option<Day>,
}

/// The end of an appraiser's work on a parcel.
#[derive(Debug, Object)]
pub(super) struct NewPostParcelEnding {
    pub parcel_id: ParcelId,
    /// The last day.
    pub to_on: Day,
}
