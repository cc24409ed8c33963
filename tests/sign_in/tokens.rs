//! Tokens of an identity provider: whose they are, and which are nobody's.

use anju::staff::Role;
use serde_json::{Value, json};

use super::{
    administrator, hire, now,
    provider::{AUDIENCE, Provider},
    run, settled, wait,
};
use crate::support::Town;

/// A town that trusts a provider, and a member of staff it knows as `zhang@id`.
pub struct Trusting {
    pub town: Town,
    pub provider: Provider,
    staff_id: String,
    identity: Value,
}

pub async fn trusting() -> Trusting {
    let provider = Provider::start().await;
    let town = Town::with(&provider.settings()).await;
    let staff_id = hire(&town, "G-1", Role::CaseOfficer, "370103").await;
    let body = json!({"staff_id": staff_id, "subject": "zhang@id"});
    let entered = administrator(&town).post("/v1/oidc-identities", &body);
    let identity = entered.send().await.ok(201).json;
    Trusting {
        town,
        provider,
        staff_id,
        identity,
    }
}

impl Trusting {
    pub async fn status(&self, token: &str) -> u16 {
        let reply = self.town.bearer(token).get("/v1/me").send().await;
        if reply.status == 401 {
            assert_eq!(reply.json["code"], "unauthenticated");
        }
        reply.status.as_u16()
    }
}

#[tokio::test]
async fn a_good_token_is_its_owner_with_the_posts_held_today() {
    let t = trusting().await;
    let now = now(&t.town);
    for alg in ["RS256", "ES256", "EdDSA"] {
        let claims = t.provider.claims("zhang@id", now);
        let token = t.provider.signed(&Provider::header(alg), &claims);
        let me = t
            .town
            .bearer(&token)
            .get("/v1/me")
            .send()
            .await
            .ok(200)
            .json;
        assert_eq!(me["staff_id"], t.staff_id.as_str(), "{alg}");
        assert_eq!(me["posts"][0]["role"], "case_officer");
        assert_eq!(me.get("session_id"), None);
    }
    let programme = t.town.programme().await;
    let parcel = t.town.parcel(&programme, "DJGD").await;
    let person = t.town.bearer(&t.provider.token("zhang@id", now));
    let body = Town::household_body(&parcel, "H-1");
    let household = person
        .post("/v1/households", &body)
        .key("once")
        .send()
        .await
        .ok(201)
        .json;
    // Another token of the same person goes on where the first was cut off.
    wait(&t.town, 60);
    let later = t.town.bearer(&t.provider.token("zhang@id", now + 60));
    let again = later
        .post("/v1/households", &body)
        .key("once")
        .send()
        .await
        .ok(201);
    assert_eq!(again.json["id"], household["id"]);
    // There is no account of theirs here to work on.
    later
        .get("/v1/me/sessions")
        .send()
        .await
        .is_problem(401, "unauthenticated");
}

/// Claims or header with members changed; null takes one away.
pub fn with(mut base: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            base.as_object_mut().unwrap().remove(name);
        } else {
            base[name] = value.clone();
        }
    }
    base
}

#[tokio::test]
async fn a_token_with_another_header_is_nobodys() {
    let t = trusting().await;
    let p = &t.provider;
    let claims = |changes: &Value| with(p.claims("zhang@id", now(&t.town)), changes);
    let plain = json!({});
    let token = |header: &Value, said: &Value| {
        p.signed(&with(Provider::header("RS256"), header), &claims(said))
    };
    assert_eq!(t.status(&token(&plain, &plain)).await, 200);
    for header in [
        json!({"alg": "none"}),
        json!({"alg": "None"}),
        json!({"alg": "HS256"}),
        json!({"alg": "RS512"}),
        json!({"alg": "ES256"}),
        json!({"alg": ""}),
        json!({"alg": null}),
        json!({"alg": ["RS256"]}),
        json!({"kid": null}),
        json!({"kid": "ec-1"}),
        json!({"kid": "../../../dev/null"}),
        json!({"kid": format!("{}/keys", p.issuer)}),
        json!({"kid": "' or 1=1 --"}),
        json!({"crit": ["exp"]}),
        json!({"typ": "JWT"}),
        json!({"typ": null}),
        json!({"typ": "id_token+jwt"}),
    ] {
        assert_eq!(t.status(&token(&header, &plain)).await, 401, "{header}");
    }
    // Some providers tell access tokens from others by a claim.
    let jwt = json!({"typ": "JWT"});
    let access = token(&jwt, &json!({"typ": "Bearer"}));
    assert_eq!(t.status(&access).await, 200);
    assert_eq!(t.status(&token(&jwt, &json!({"typ": "ID"}))).await, 401);
}

#[tokio::test]
async fn a_token_that_says_something_else_is_nobodys() {
    let t = trusting().await;
    let (p, now) = (&t.provider, now(&t.town));
    let token = |said: &Value| {
        p.signed(
            &Provider::header("RS256"),
            &with(p.claims("zhang@id", now), said),
        )
    };
    for said in [
        json!({"iss": "https://evil.example.org"}),
        json!({"iss": format!("{}/", p.issuer)}),
        json!({"iss": null}),
        json!({"aud": "https://other.example.org"}),
        json!({"aud": ["https://other.example.org", "desk"]}),
        json!({"aud": null}),
        json!({"exp": now - 30}),
        json!({"exp": null}),
        json!({"exp": "2100-01-01"}),
        json!({"exp": format!("{}", now + 600)}),
        json!({"nbf": now + 31}),
        json!({"nbf": "soon"}),
        json!({"iat": now + 31}),
        json!({"sub": "somebody@id"}),
        json!({"sub": ""}),
        json!({"sub": null}),
        json!({"sub": 7}),
        json!({"sub": "x".repeat(256)}),
    ] {
        assert_eq!(t.status(&token(&said)).await, 401, "{said}");
    }
    for said in [
        json!({"aud": [AUDIENCE, "desk"]}),
        json!({"nbf": now + 30}),
        json!({"exp": now - 29}),
    ] {
        assert_eq!(t.status(&token(&said)).await, 200, "{said}");
    }
}

#[tokio::test]
async fn a_signature_is_of_these_words_and_of_a_key_of_the_provider() {
    let t = trusting().await;
    let (p, now) = (&t.provider, now(&t.town));
    let token = p.token("zhang@id", now);
    let parts: Vec<_> = token.split('.').collect();
    let [head, body, signature] = parts.try_into().unwrap();
    let stranger = Provider::start().await;
    let other = stranger.signed(&Provider::header("ES256"), &p.claims("zhang@id", now));
    let hmac = p.signed_as(
        "HS256",
        &Provider::header("RS256"),
        &p.claims("zhang@id", now),
    );
    let foreign = p.token("li@id", now);
    let foreign_body = foreign.split('.').nth(1).unwrap();
    // Keys of the sender's own in the header are not looked at.
    let own = with(
        Provider::header("ES256"),
        &json!({"jwk": {"kty": "EC"}, "jku": stranger.issuer}),
    );
    let brought = stranger.signed(&own, &p.claims("zhang@id", now));
    for forged in [
        format!("{head}.{body}."),
        format!("{head}.{foreign_body}.{signature}"),
        format!("{head}.{body}.{signature}="),
        format!("{head}.{body}.{}", &signature[..signature.len() - 4]),
        format!("{body}.{head}.{signature}"),
        "..".to_owned(),
        "a.b.c".to_owned(),
        "e30.e30.e30".to_owned(),
        other,
        hmac,
        brought,
    ] {
        assert_eq!(t.status(&forged).await, 401, "{forged}");
    }
    assert_eq!(t.status(&token).await, 200);
}

#[tokio::test]
async fn every_operation_refuses_tokens_that_are_expired_or_for_others() {
    let t = trusting().await;
    let (p, now) = (&t.provider, now(&t.town));
    let expired = with(p.claims("zhang@id", now), &json!({"exp": now - 60}));
    let for_others = with(
        p.claims("zhang@id", now),
        &json!({"aud": "https://other.example.org"}),
    );
    let document: Value = serde_json::from_str(include_str!("../../openapi/anju-v1.json")).unwrap();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["security"] == json!([]) {
                continue;
            }
            asked += 1;
            let path = path
                .split('/')
                .map(|part| {
                    if part.starts_with('{') {
                        "01890a5d-ac96-774b-bcce-000000000000"
                    } else {
                        part
                    }
                })
                .collect::<Vec<_>>()
                .join("/");
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let required = parameters.filter(|p| p["in"] == "query" && p["required"] == true);
            let query: Vec<_> = required
                .map(|p| {
                    let value = p["example"].to_string();
                    format!(
                        "{}={}",
                        p["name"].as_str().unwrap(),
                        value.trim_matches('"')
                    )
                })
                .collect();
            let path = format!("{path}?{}", query.join("&"));
            for claims in [&expired, &for_others] {
                let person = t.town.bearer(&p.signed(&Provider::header("RS256"), claims));
                let errand = person.errand(method.to_uppercase().parse().unwrap(), &path);
                errand.send().await.is_problem(401, "unauthenticated");
            }
        }
    }
    assert!(asked > 50);
}

#[tokio::test]
async fn an_identity_that_is_removed_opens_nothing_with_the_next_request() {
    let t = trusting().await;
    let token = t.provider.token("zhang@id", now(&t.town));
    assert_eq!(t.status(&token).await, 200);
    let id = t.identity["id"].as_str().unwrap();
    let path = format!("/v1/oidc-identities/{id}/removals");
    let admin = administrator(&t.town);
    let remove = |version: i32| admin.act(&path).if_match(&json!(version)).send();
    remove(1).await.ok(200);
    assert_eq!(t.status(&token).await, 401);
    remove(2).await.is_problem(409, "oidc-identity-removed");
    let again = json!({"staff_id": t.staff_id, "subject": "zhang@id"});
    let enter = || admin.post("/v1/oidc-identities", &again).send();
    enter().await.ok(201);
    enter().await.is_problem(409, "oidc-identity-taken");
    assert_eq!(t.status(&token).await, 200);
    let left = &t.staff_id;
    run(
        &t.town,
        format!(
            "update staff set left_on = '2018-03-05' where id = '{left}';
        update authority set epoch = epoch + 1"
        ),
    )
    .await;
    assert_eq!(t.status(&token).await, 401);
    let list = admin.get("/v1/oidc-identities").send().await.ok(200);
    assert_eq!(list.items().len(), 2);
    let file = admin.get("/v1/oidc-identities/export").send().await.ok(200);
    assert!(file.bytes.starts_with(b"PK"));
}

#[tokio::test]
async fn a_token_that_was_good_is_nobodys_when_its_time_is_over() {
    let t = trusting().await;
    let token = t.provider.token("zhang@id", now(&t.town));
    for _ in 0..21 {
        assert_eq!(t.status(&token).await, 200);
        wait(&t.town, 30);
    }
    assert_eq!(t.status(&token).await, 401);
}

#[tokio::test]
async fn a_disabled_account_closes_the_way_through_the_provider_too() {
    let provider = Provider::start().await;
    let town = Town::with(&provider.settings()).await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let body = json!({"staff_id": zhang.member.staff_id, "subject": "zhang@id"});
    let admin = administrator(&town);
    admin
        .post("/v1/oidc-identities", &body)
        .send()
        .await
        .ok(201);
    let person = town.bearer(&provider.token("zhang@id", now(&town)));
    person.get("/v1/me").send().await.ok(200);
    let stop = admin
        .act(&zhang.account("disablements"))
        .if_match(&json!(3));
    stop.send().await.ok(200);
    person
        .get("/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn another_claim_holds_the_staff_number_and_then_no_sub_counts() {
    let provider = Provider::start().await;
    let [issuer, audience] = provider.settings();
    let claim = ("ANJU_OIDC_STAFF_CLAIM", "employee_number");
    let town = Town::with(&[issuer, audience, claim]).await;
    let staff_id = hire(&town, "G-0017", Role::CaseOfficer, "370103").await;
    let body = json!({"staff_id": staff_id, "subject": "zhang@id"});
    administrator(&town)
        .post("/v1/oidc-identities", &body)
        .send()
        .await
        .ok(201);
    let who = |changes: Value| {
        let claims = with(provider.claims("zhang@id", now(&town)), &changes);
        let token = provider.signed(&Provider::header("RS256"), &claims);
        town.bearer(&token).get("/v1/me").send()
    };
    let me = who(json!({"employee_number": "G-0017"})).await.ok(200).json;
    assert_eq!(me["staff_id"], staff_id.as_str());
    who(json!({})).await.is_problem(401, "unauthenticated");
    who(json!({"employee_number": "zhang@id"}))
        .await
        .is_problem(401, "unauthenticated");
    who(json!({"employee_number": "G-0018", "sub": "G-0017"}))
        .await
        .is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn without_a_provider_no_token_is_anybodys() {
    let provider = Provider::start().await;
    let town = Town::new().await;
    let person = town.bearer(&provider.token("zhang@id", now(&town)));
    person
        .get("/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    assert_eq!(provider.asked(), 0);
    let staff_id = hire(&town, "G-1", Role::CaseOfficer, "370103").await;
    let body = json!({"staff_id": staff_id, "subject": "zhang@id"});
    let refused = administrator(&town)
        .post("/v1/oidc-identities", &body)
        .send()
        .await;
    refused.is_problem(409, "oidc-not-configured");
}
