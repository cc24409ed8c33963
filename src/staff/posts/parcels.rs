//! Operations on the parcels of appraisers.

use poem_openapi::{OpenApi, param::Path};

use super::{
    api::no_post,
    model::{NewPostParcel, NewPostParcelEnding, PostParcel},
    rules::{self, Refusal},
    store,
};
use crate::{
    App,
    audit::{self, Entry},
    http::{Act, Created, IdempotencyKey, Json, Problem, ReadProblem, Tag, WriteProblem},
    parcels::{find_parcel, no_parcel},
    staff::{Role, Staff, may, move_on},
    values::PostId,
};

pub struct PostParcelsApi(pub App);

fn given_already() -> Problem {
    Problem::conflict(
        "parcel-already-given",
        "该地块在此期间已分配给该岗位",
        "The post has the parcel in that period",
    )
}

fn not_given() -> Problem {
    Problem::conflict(
        "parcel-not-given",
        "该岗位在该日没有此地块",
        "The post does not have the parcel on that day",
    )
}

#[OpenApi(tag = "Tag::Staff")]
impl PostParcelsApi {
    /// List the parcels of an appraiser
    ///
    /// Those the post has, had and will have, the last given first, at most 1,000.
    #[oai(
        path = "/posts/:post_id/parcels",
        method = "get",
        operation_id = "listPostParcels"
    )]
    async fn list_post_parcels(
        &self,
        staff: Staff<may::ReadStaff>,
        post_id: Path<PostId>,
    ) -> Result<Json<Vec<PostParcel>>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find(&mut conn, &staff.scope, post_id.0).await?;
        let post = found.ok_or_else(no_post)?;
        Ok(Json::new(store::list_parcels(&mut conn, post.id).await?))
    }

    /// Give a parcel to an appraiser
    ///
    /// An appraiser sees the households of these parcels and nothing else.
    #[oai(
        path = "/posts/:post_id/parcels",
        method = "post",
        operation_id = "givePostParcel"
    )]
    async fn give_post_parcel(
        &self,
        staff: Staff<may::ManageStaff>,
        post_id: Path<PostId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewPostParcel>,
    ) -> Result<Created<PostParcel>, WriteProblem> {
        let new = &body.value;
        rules::is_period(new.from_on, new.to_on)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock(&mut act, &staff.scope, post_id.0).await?;
        let post = found.ok_or_else(no_post)?;
        if post.role != Role::Appraiser {
            return Err(Problem::from(Refusal::NotAnAppraiser).into());
        }
        let found = find_parcel(&mut act, &staff.scope, new.parcel_id).await?;
        let parcel = found.ok_or_else(no_parcel)?;
        let at = act.at;
        let given = store::give_parcel(&mut act, post.id, new, at).await?;
        let given = given.ok_or_else(given_already)?;
        move_on(&mut act).await?;
        let entry = Entry::new("post.parcel_given", "post", post.id.0)
            .within(parcel.id)
            .was(post.version)
            .became(post.version)
            .changed(audit::fields(new));
        audit::record(&self.0, &mut act, &entry).await?;
        act.commit(Created {
            value: given,
            version: post.version,
            location: format!("/v1/posts/{}/parcels", post.id),
        })
        .await
    }

    /// End an appraiser's work on a parcel
    ///
    /// On a last day; from the next one on its households are not seen any more.
    #[oai(
        path = "/posts/:post_id/parcel-endings",
        method = "post",
        operation_id = "endPostParcel"
    )]
    async fn end_post_parcel(
        &self,
        staff: Staff<may::ManageStaff>,
        post_id: Path<PostId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewPostParcelEnding>,
    ) -> Result<Created<PostParcel>, WriteProblem> {
        let (parcel, on) = (body.value.parcel_id, body.value.to_on);
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock(&mut act, &staff.scope, post_id.0).await?;
        let post = found.ok_or_else(no_post)?;
        let ended = store::end_parcel(&mut act, post.id, parcel, on).await?;
        let ended = ended.ok_or_else(not_given)?;
        move_on(&mut act).await?;
        let entry = Entry::new("post.parcel_taken", "post", post.id.0)
            .within(parcel)
            .was(post.version)
            .became(post.version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        act.commit(Created {
            value: ended,
            version: post.version,
            location: format!("/v1/posts/{}/parcels", post.id),
        })
        .await
    }
}
