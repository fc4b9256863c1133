//! Every address and every form that names something is asked for what is another household's, for what is nobody's, and for
//! what is no name at all. The answer is a refusal that says no more than that it is not here, and nothing has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use axum::http::{Method, StatusCode};
use serde_json::Value;
use streetlamp_proto::grant::Purpose;
use streetlamp_proto::household::{Answer, Command};
use tokio::time::Instant;

use super::super::api::endpoints::ENDPOINTS;
use super::super::routes::ROUTES;
use super::{Entropy, Served, served_as, text};
use crate::node::Scope;
use crate::secret::Kept;

/// What something is named by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Alert,
    Bulletin,
    Publisher,
    Clip,
    Grant,
    Household,
    Device,
    Session,
    /// Something with a name that people gave: a camera, a way to be told, a program, another street.
    Name,
    /// Where a film plays, or a file of the page.
    Address,
}

/// Each address and form of the page that names something, with `{}` for the name in a form. `OWN` is a clip of this home,
/// `WORDS` a recovery sheet. An address or a form without a row fails.
const PAGE: &[(&str, &str, Of)] = &[
    ("/alerts/{alert}", "", Of::Alert),
    ("/assets/{name}", "", Of::Address),
    ("/clips/{clip}", "", Of::Clip),
    ("/clips/{clip}", "act=watch", Of::Clip),
    ("/clips/{clip}", "act=fetch", Of::Clip),
    ("/clips/{clip}", "act=pin", Of::Clip),
    ("/clips/{clip}", "act=unpin", Of::Clip),
    ("/clips/{clip}", "act=verify", Of::Clip),
    (
        "/clips/{clip}",
        "act=give-all&purpose=Cat&until=7d",
        Of::Clip,
    ),
    ("/clips/{clip}", "act=delete", Of::Clip),
    ("/clips/{clip}/export", "", Of::Clip),
    (
        "/clips/{clip}/export",
        "whom=plain&sure=yes&sound=yes",
        Of::Clip,
    ),
    ("/clips/{clip}/frame", "", Of::Clip),
    ("/clips/{clip}/still", "", Of::Clip),
    ("/clips/OWN", "act=stop&grant={}", Of::Grant),
    (
        "/clips/OWN",
        "act=give&to={}&purpose=Cat&until=7d",
        Of::Household,
    ),
    ("/films/{address}", "", Of::Address),
    ("/follow-ups", "alert={}&act=confirm", Of::Alert),
    ("/follow-ups", "alert={}&act=cancel", Of::Alert),
    ("/follow-ups", "alert={}&act=resolve", Of::Alert),
    ("/follow-ups", "alert={}&act=comment&text=Oh", Of::Alert),
    ("/follow-ups", "alert={}&act=close-comments", Of::Alert),
    ("/follow-ups", "alert={}&act=flag&text=spam", Of::Alert),
    (
        "/alerts",
        "kind=noise&urgency=info&title=Oh&audience=street&life=24h&clip={}",
        Of::Clip,
    ),
    ("/holders", "act=stop&grant={}", Of::Grant),
    (
        "/holders",
        "act=ask&household={}&gigabytes=1",
        Of::Household,
    ),
    ("/holders", "act=check&household={}", Of::Household),
    ("/holders", "act=recall&household={}", Of::Household),
    ("/holders", "act=end&household={}", Of::Household),
    ("/modes", "act=schedule&camera={}&home=yes", Of::Name),
    ("/neighbours", "act=vouch&household={}", Of::Household),
    (
        "/neighbours",
        "act=remove&household={}&reason=Gone",
        Of::Household,
    ),
    ("/neighbours", "act=mute&household={}", Of::Household),
    ("/neighbours", "act=unmute&household={}", Of::Household),
    ("/notifications", "act=test&name={}", Of::Name),
    ("/notifications", "act=remove&name={}", Of::Name),
    ("/publishers", "act=mute&publisher={}", Of::Publisher),
    ("/publishers", "act=unmute&publisher={}", Of::Publisher),
    ("/publishers", "act=pin&publisher={}", Of::Publisher),
    ("/settings", "act=end-session&session={}", Of::Session),
    (
        "/settings",
        "act=remove-device&device={}&words=WORDS",
        Of::Device,
    ),
    ("/settings", "act=remove-program&name={}", Of::Name),
];

/// The same for programs, with the body that is sent.
const PROGRAMS: &[(&str, &str, &str, Of)] = &[
    ("GET", "/alerts/{alert}", "", Of::Alert),
    (
        "POST",
        "/alerts/{alert}/follow-ups",
        r#"{"saying":"confirm"}"#,
        Of::Alert,
    ),
    ("GET", "/bulletins/{bulletin}/cap", "", Of::Bulletin),
    ("DELETE", "/publishers/{publisher}", "", Of::Publisher),
    ("POST", "/publishers/{publisher}/pin", "", Of::Publisher),
    ("POST", "/publishers/{publisher}/check", "", Of::Publisher),
    ("POST", "/members/{household}/vouch", "", Of::Household),
    (
        "POST",
        "/members/{household}/remove",
        r#"{"reason":"Gone"}"#,
        Of::Household,
    ),
    (
        "PUT",
        "/members/{household}/muted",
        r#"{"muted":true}"#,
        Of::Household,
    ),
    ("DELETE", "/links/{name}", "", Of::Name),
    ("GET", "/clips/{clip}", "", Of::Clip),
    ("DELETE", "/clips/{clip}", "", Of::Clip),
    (
        "PUT",
        "/clips/{clip}/pinned",
        r#"{"pinned":true}"#,
        Of::Clip,
    ),
    ("POST", "/clips/{clip}/fetch", "", Of::Clip),
    ("POST", "/clips/{clip}/open", "", Of::Clip),
    (
        "POST",
        "/clips/{clip}/export",
        r#"{"to":null,"film":true}"#,
        Of::Clip,
    ),
    (
        "POST",
        "/clips/{clip}/grants",
        r#"{"to":"Ada","purpose":"Cat","until_ms":null}"#,
        Of::Clip,
    ),
    (
        "POST",
        "/clips/{clip}/share",
        r#"{"purpose":"Cat","until_ms":null}"#,
        Of::Clip,
    ),
    ("DELETE", "/grants/{grant}", "", Of::Grant),
    ("DELETE", "/keepers/{household}", "", Of::Household),
    ("POST", "/keepers/{household}/check", "", Of::Household),
    ("POST", "/keepers/{household}/recall", "", Of::Household),
    ("DELETE", "/cameras/{camera}", "", Of::Name),
    ("POST", "/cameras/{camera}/test", "", Of::Name),
    (
        "POST",
        "/cameras/{camera}/trigger",
        r#"{"lasts_ms":5000}"#,
        Of::Name,
    ),
    ("POST", "/cameras/{camera}/token", "", Of::Name),
    (
        "PUT",
        "/cameras/{camera}/schedule",
        r#"{"duty":{"modes":["home"],"hours":null}}"#,
        Of::Name,
    ),
    ("POST", "/notifications/{name}/test", "", Of::Name),
    ("DELETE", "/notifications/{name}", "", Of::Name),
];

/// Fields of forms that come out of the node and are no names of things: words of a fixed set, and the way back.
const WORDS: [(&str, &str); 8] = [
    ("sign-in", "token"),
    ("lock", "back"),
    ("unlock", "back"),
    ("modes", "back"),
    ("modes", "mode"),
    ("publishers", "kind"),
    ("", "cell"),
    ("./", "cell"),
];

const MALFORMED: &str = "..%2F%27%3Cb%3Ex";

/// Two homes that do not know each other, and what things are called at the other one.
async fn homes() -> (Served, BTreeMap<Of, String>, Vec<Served>) {
    let (ada, cid, dan) = (
        served_as("Ada", 1).await,
        served_as("Cid", 2).await,
        served_as("Dan", 3).await,
    );
    ada.found_street().await;
    cid.found_street().await;
    cid.lets_in(&dan).await;
    let dans = dan.handle.home().household();
    cid.sees(move |h, _| h.members().iter().any(|member| member.household == dans))
        .await;
    let clip = cid.records("Shed", None).await;
    let session = cid.session();
    cid.browser(
        &session,
        Method::POST,
        "/unlock",
        "passphrase=correct+horse",
    )
    .await;
    let give = Command::Give {
        clip: clip.parse().unwrap(),
        to: dans,
        purpose: Purpose::clean("Your cat").unwrap(),
        until: None,
    };
    cid.handle.command(give).await.unwrap();
    let (grant, device) = cid
        .handle
        .read(|household, _| {
            let grant = household.given()[0].id.to_string();
            let device = household.devices()[0].cert.statement().device;
            (grant, device.to_string())
        })
        .await
        .unwrap();
    let Answer::Alert { alert, .. } = cid.handle.command(super::alert("Drilling")).await.unwrap()
    else {
        panic!("no alert")
    };
    // Both gates draw the same numbers in a test: one that this home did not draw yet.
    for _ in 0..20 {
        cid.session();
    }
    let sessions = cid.gate.sessions.list(Kept::of("nobody"), Instant::now());
    let names = [
        (Of::Alert, alert.to_string()),
        // There is nothing of an agency's at one home only, so these are nobody's at both.
        (Of::Bulletin, "0".repeat(64)),
        (Of::Publisher, "0".repeat(64)),
        (Of::Clip, clip),
        (Of::Grant, grant),
        (Of::Household, dans.to_string()),
        (Of::Device, device),
        (Of::Session, sessions[0].name.clone()),
        (Of::Name, "Shed".to_owned()),
        (Of::Address, "0".repeat(32)),
    ];
    (ada, names.into(), vec![cid, dan])
}

/// Nobody's, of the same form.
fn nobodys(of: Of, foreign: &str) -> String {
    match of {
        Of::Name => "Nowhere".to_owned(),
        _ => "ab".repeat(foreign.len() / 2),
    }
}

impl Served {
    /// All that this home holds, as programs read it, and how many browsers are signed in.
    async fn all_of_it(&self, token: &str) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        for endpoint in ENDPOINTS {
            let list = endpoint.method == Method::GET && endpoint.in_path().is_none();
            // How it is connected, and a text with a time in it.
            if list && !["/status", "/introduction"].contains(&endpoint.path) {
                let (_, answer) = self.ask("GET", endpoint.path, token, &Value::Null).await;
                all.push((endpoint.path.to_owned(), answer));
            }
        }
        let sessions = self.gate.sessions.list(Kept::of("nobody"), Instant::now());
        all.push(("sessions".to_owned(), sessions.len().into()));
        all
    }
}

/// What a refusal says.
fn said(page: &str, name: &str) -> String {
    let within = |from: &str, to: &str| {
        let (_, rest) = page.split_once(from)?;
        Some(rest.split_once(to)?.0.to_owned())
    };
    let said = within("role=\"alert\">", "</p>").or_else(|| within("<main", "</main>"));
    said.unwrap_or_else(|| page.to_owned())
        .replace(name, "NAME")
}

#[tokio::test]
async fn what_is_another_households_is_not_here_and_asking_for_it_changes_nothing() {
    let (ada, foreign, _others) = homes().await;
    let own = ada.records("Porch", None).await;
    let token = ada.handle.add_program("All", &Scope::ALL).await.unwrap();
    let session = ada.session();
    let unlocked = ada
        .browser(
            &session,
            Method::POST,
            "/unlock",
            "passphrase=correct+horse",
        )
        .await;
    assert_eq!(unlocked.status(), StatusCode::SEE_OTHER);
    let mut rng = Entropy::Repeatable(99).generator().unwrap();
    let words = streetlamp_proto::identity::Words::generate(&mut rng).expose();
    let words = words.replace(' ', "+");
    let mut before = ada.all_of_it(&token).await;
    let mut wrong = Vec::new();
    for (path, form, of) in PAGE {
        let theirs = foreign[of].clone();
        let mut answers = Vec::new();
        for name in [theirs.clone(), nobodys(*of, &theirs), MALFORMED.to_owned()] {
            let path = at(&path.replace("OWN", &own), &name);
            let form = form.replace("{}", &name).replace("WORDS", &words);
            let method = match form.is_empty() {
                true => Method::GET,
                false => Method::POST,
            };
            let answer = ada.browser(&session, method.clone(), &path, &form).await;
            let status = answer.status();
            let body = text(answer).await;
            let refused = match method {
                Method::GET => status == StatusCode::NOT_FOUND,
                _ => status.is_client_error() && status != StatusCode::UNAUTHORIZED,
            };
            if !refused || body.contains("<b>x") {
                wrong.push(format!("{method} {path} {form} is answered with {status}"));
            }
            answers.push((status, said(&body, &name)));
            let now = ada.all_of_it(&token).await;
            if now != before {
                wrong.push(format!("{method} {path} {form} changed something"));
                before = now;
            }
        }
        if answers[0] != answers[1] {
            wrong.push(format!("{path} {form} tells whose it is: {answers:?}"));
        }
    }
    for (method, path, body, of) in PROGRAMS {
        let theirs = foreign[of].clone();
        let mut answers = Vec::new();
        for name in [theirs.clone(), nobodys(*of, &theirs), MALFORMED.to_owned()] {
            let path = at(path, &name);
            let body = serde_json::from_str(body).unwrap_or_default();
            let (status, answer) = ada.ask(method, &path, &token, &body).await;
            let said = answer["error"].as_str().unwrap_or_default();
            // A grant to oneself is a conflict, whatever the clip.
            let refused = [
                StatusCode::NOT_FOUND,
                StatusCode::UNPROCESSABLE_ENTITY,
                StatusCode::CONFLICT,
            ];
            if !refused.contains(&status) || said.contains("does not fit") {
                wrong.push(format!(
                    "{method} {path} is answered with {status}: {answer}"
                ));
            }
            answers.push((status, said.replace(&name, "NAME")));
            let now = ada.all_of_it(&token).await;
            if now != before {
                wrong.push(format!("{method} {path} changed something"));
                before = now;
            }
        }
        if answers[0] != answers[1] {
            wrong.push(format!("{method} {path} tells whose it is: {answers:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An address with this name in it.
fn at(path: &str, name: &str) -> String {
    match path.split_once('{') {
        Some((root, rest)) => {
            let (_, after) = rest.split_once('}').unwrap();
            format!("{root}{name}{after}")
        }
        None => path.to_owned(),
    }
}

#[test]
fn every_address_and_every_form_that_names_something_has_a_row() {
    let rows: BTreeSet<_> = PAGE.iter().map(|(path, ..)| *path).collect();
    for (path, _) in ROUTES.iter().filter(|(path, _)| path.contains('{')) {
        assert!(rows.contains(path), "{path} has no row");
    }
    let rows: BTreeSet<_> = PROGRAMS
        .iter()
        .map(|(method, path, ..)| (*method, *path))
        .collect();
    for endpoint in ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.in_path().is_some())
    {
        let address = (endpoint.method.as_str(), endpoint.path);
        assert!(rows.contains(&address), "{address:?} has no row");
    }
    let fields = PAGE.iter().filter_map(|(path, form, _)| {
        let (before, _) = form.split_once("={}")?;
        let field = before.rsplit('&').next()?;
        Some((path[1..].replace("OWN", "{clip}"), field.to_owned()))
    });
    let fields: BTreeSet<_> = fields.collect();
    let mut seen = 0;
    for (path, field) in filled_fields() {
        if WORDS.contains(&(path.as_str(), field.as_str())) {
            continue;
        }
        assert!(
            fields.contains(&(path.clone(), field.clone())),
            "{field} sent to {path}"
        );
        seen += 1;
    }
    assert!(seen > 8, "{seen} fields");
}

/// Fields that the templates' forms fill in by themselves, by where they are sent.
fn filled_fields() -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for entry in fs::read_dir(dir).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for form in text.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let attribute = |tag: &str, name: &str| {
                let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
                Some(rest.split('"').next()?.to_owned())
            };
            let action = attribute(form, "action").unwrap();
            let action = action
                .replace("{{ frame.root }}", "")
                .replace("{{ root }}", "");
            let action = action.replace("{{ id }}", "{clip}");
            for tag in form.split('<').skip(1) {
                let fills = tag.starts_with("input type=\"hidden\"") || tag.starts_with("button");
                let value = attribute(tag, "value").filter(|value| value.starts_with("{{"));
                if let (true, Some(_), Some(name)) = (fills, value, attribute(tag, "name")) {
                    all.insert((action.clone(), name));
                }
            }
        }
    }
    all
}
