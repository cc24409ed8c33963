//! Operations on posts.

use poem_openapi::{OpenApi, param::Path};

use super::{
    model::{NewPost, NewPostEnding, Post},
    rules::{self, Refusal},
    store,
};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, Created, IdempotencyKey, IfMatch, IfNoneMatch, Json, OnConstraint as _, Problem,
        ReadProblem, Tag, Versioned, WriteProblem, words,
    },
    organisation::no_unit,
    staff::{Staff, key_rules, may, members, move_on},
    values::{PostId, StaffId},
};

pub struct PostsApi(pub App);

/// 404, also for a post out of scope.
pub(super) fn no_post() -> Problem {
    Problem::not_found("岗位", "post")
}

/// 409 for a key of a post that its holder does not have.
pub fn not_held() -> Problem {
    Problem::conflict(
        "post-not-held",
        "该人员在此单位没有该岗位",
        "They do not hold that role at that unit",
    )
    .detail(words!(
        "请先由他人为其设置岗位",
        "let somebody give them the post first"
    ))
}

#[OpenApi(tag = "Tag::Staff")]
impl PostsApi {
    /// List the posts of a member of staff
    ///
    /// Those they have, had and will have, the last begun first, at most 200.
    #[oai(
        path = "/staff/:staff_id/posts",
        method = "get",
        operation_id = "listPosts"
    )]
    async fn list_posts(
        &self,
        staff: Staff<may::ReadStaff>,
        staff_id: Path<StaffId>,
    ) -> Result<Json<Vec<Post>>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let today = self.0.today();
        let found = members::find(&mut conn, &staff.scope, staff_id.0, today).await?;
        let member = found.ok_or_else(members::no_staff)?;
        Ok(Json::new(store::list(&mut conn, member.id).await?))
    }

    /// Appoint a member of staff
    ///
    /// To a post at one's own unit or one below. Nobody appoints themselves; a role that gives
    /// roles is given by who has it or by a system administrator; an appraiser is nothing else.
    #[oai(
        path = "/staff/:staff_id/posts",
        method = "post",
        operation_id = "createPost"
    )]
    async fn create_post(
        &self,
        staff: Staff<may::ManageStaff>,
        staff_id: Path<StaffId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewPost>,
    ) -> Result<Created<Post>, WriteProblem> {
        let new = &body.value;
        rules::check(new, staff_id.0, staff.known.staff_id.map(StaffId))?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let today = self.0.clock.day_of(act.at);
        let found = members::find(&mut act, &staff.scope, staff_id.0, today).await?;
        let member = found.ok_or_else(members::no_staff)?;
        if !staff.scope.covers(new.org_unit_id.0) {
            return Err(no_unit().into());
        }
        key_rules::may_grant(&staff.known, new.role, new.org_unit_id)?;
        // One appointment of a person after the other: each sees the posts there are.
        let member = members::lock_by_id(&mut act, member.id).await?;
        members::must_work_here(&member)?;
        rules::fits(new, &store::list(&mut act, member.id).await?)?;
        let (id, at) = (PostId(self.0.fresh_id()), act.at);
        let post = store::insert(&mut act, id, member.id, new, at)
            .await
            .on_constraint("post_org_unit", no_unit)
            .on_constraint("post_once", || Refusal::Held.into())?;
        move_on(&mut act).await?;
        let entry = Entry::new("post.created", "post", id.0)
            .became(post.version)
            .changed(audit::fields(&post));
        audit::record(&self.0, &mut act, &entry).await?;
        act.commit(Created {
            version: post.version,
            value: post,
            location: format!("/v1/posts/{id}"),
        })
        .await
    }

    /// Read a post
    ///
    /// At one's own unit or below.
    #[oai(path = "/posts/:post_id", method = "get", operation_id = "getPost")]
    async fn get_post(
        &self,
        staff: Staff<may::ReadStaff>,
        post_id: Path<PostId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Post>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find(&mut conn, &staff.scope, post_id.0).await?;
        let post = found.ok_or_else(no_post)?;
        Ok(Versioned::new(&post, post.version).unless(&known))
    }

    /// End a post
    ///
    /// On a last day, which may lie ahead or be earlier than was said. What the post granted is gone
    /// with the first request after it; what its holder is responsible for stays theirs until it is
    /// handed over.
    #[oai(
        path = "/posts/:post_id/endings",
        method = "post",
        operation_id = "endPost"
    )]
    async fn end_post(
        &self,
        staff: Staff<may::ManageStaff>,
        post_id: Path<PostId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewPostEnding>,
    ) -> Result<Versioned<Post>, WriteProblem> {
        let digest = [&body.digest[..], &if_match.digest()].concat();
        let mut act = Act::begin(&self.0, &staff.caller, &key, &digest).await?;
        let found = store::lock(&mut act, &staff.scope, post_id.0).await?;
        let before = found.ok_or_else(no_post)?;
        if_match.admit(before.version)?;
        rules::can_end(&before, body.value.to_on)?;
        let post = store::end(&mut act, before.id, body.value.to_on).await?;
        move_on(&mut act).await?;
        let entry = Entry::new("post.ended", "post", post.id.0)
            .was(before.version)
            .became(post.version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        act.commit(Versioned::new(&post, post.version)).await
    }
}
