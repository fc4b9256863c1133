//! The page of notifications: the ways by which the household is told beyond its page, and a form for one more.
//!
//! One way to tell is added at a time, and its form is an address of its own, so that it needs no script. To add one takes
//! the passphrase, for it tells somebody more than before; to try one, or to remove it, does not. Addresses and tokens are
//! judged where the command line's are, and never shown again.

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::alert::Urgency;
use streetlamp_proto::household::Household;

use super::App;
use super::draft::Choice;
use super::form::{Fields, hours};
use super::frame::Frame;
use super::gate::see_other;
use super::language::{Texts, refusal, say, translated};
use super::problem::{Problem, rendered, sentence, status_of};
use super::proof::{self, Proven};
use super::words;
use crate::contents::Contents;
use crate::control::answers::{NotifyAdded, NotifyNamed};
use crate::control::{NotifyAdd, NotifyWay, Request};
use crate::error::Result;
use crate::node::OutletView;
use crate::notify::{About, Way};
use crate::secret::{Kept, Secret};

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    done: Option<News>,
    /// For which way there is a form.
    way: Option<Kind>,
}

/// What the link back may say: a fixed set, so that a forged link says nothing new.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum News {
    Added,
    Tested,
    Removed,
}

/// A way to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Ntfy,
    Webhook,
    Mail,
}

/// One of the page's forms, as it was sent.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(super) enum Asked {
    Add {
        #[serde(flatten)]
        form: Box<Form>,
        /// A token or a password.
        secret: Option<Secret>,
        #[serde(flatten)]
        proven: Proven,
    },
    Test {
        name: String,
    },
    Remove {
        name: String,
    },
}

/// What was typed to add one, without the token or password.
#[derive(Clone, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    way: Kind,
    name: String,
    url: String,
    to: String,
    from: String,
    server: String,
    encryption: String,
    user: String,
    loopback: Option<String>,
    alerts: Option<String>,
    bulletins: Option<String>,
    doorbell: Option<String>,
    sign_ins: Option<String>,
    at_least: String,
    quiet_from: String,
    quiet_to: String,
    urgent_passes: Option<String>,
    contents: Contents,
}

/// Nothing ticked: this is what a browser leaves out.
impl Default for Form {
    fn default() -> Self {
        let word = String::new;
        Self {
            way: Kind::Ntfy,
            name: word(),
            url: word(),
            to: word(),
            from: word(),
            server: word(),
            encryption: word(),
            user: word(),
            loopback: None,
            alerts: None,
            bulletins: None,
            doorbell: None,
            sign_ins: None,
            at_least: word(),
            quiet_from: word(),
            quiet_to: word(),
            urgent_passes: None,
            contents: Contents::Nothing,
        }
    }
}

impl Form {
    /// As it is shown at first.
    fn unfilled(way: Kind) -> Self {
        let ticked = || Some("yes".to_owned());
        Self {
            way,
            alerts: ticked(),
            bulletins: ticked(),
            sign_ins: ticked(),
            urgent_passes: ticked(),
            ..Self::default()
        }
    }

    fn add(self, secret: Option<Secret>) -> Result<NotifyAdd> {
        let given = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let secret = secret.filter(|secret| !secret.0.is_empty());
        let about = [
            (About::Alerts, self.alerts.is_some()),
            (About::Bulletins, self.bulletins.is_some()),
            (About::Doorbell, self.doorbell.is_some()),
            (About::SignIns, self.sign_ins.is_some()),
        ];
        let quiet = hours(&self.quiet_from, &self.quiet_to)?;
        let url = Secret(self.url.trim().to_owned().into());
        Ok(NotifyAdd {
            name: self.name,
            way: match self.way {
                Kind::Ntfy => NotifyWay::Ntfy { url, token: secret },
                Kind::Webhook => NotifyWay::Webhook { url },
                Kind::Mail => NotifyWay::Mail {
                    to: self.to.trim().to_owned(),
                    from: self.from.trim().to_owned(),
                    server: format!("{}://{}", self.encryption, self.server.trim()),
                    user: given(self.user),
                    password: secret,
                },
            },
            allow_loopback: self.loopback.is_some(),
            about: about
                .into_iter()
                .filter_map(|(about, ticked)| ticked.then_some(about))
                .collect(),
            at_least: self.at_least,
            urgent_passes: quiet.is_some() && self.urgent_passes.is_some(),
            quiet,
            contents: self.contents,
        })
    }

    fn urgencies(&self) -> Vec<Choice> {
        let chosen = match self.at_least.as_str() {
            "" => Urgency::HeadsUp.word(),
            word => word,
        };
        let choice = |urgency: &Urgency| Choice {
            value: urgency.word().to_owned(),
            label: words::urgency(*urgency),
            hint: String::new(),
            chosen: urgency.word() == chosen,
        };
        Urgency::ALL.iter().map(choice).collect()
    }

    /// How a mail server is spoken to.
    fn encryptions(&self) -> Vec<Choice> {
        let choice = |(value, label): (&str, String)| Choice {
            value: value.to_owned(),
            label,
            hint: String::new(),
            chosen: self.encryption == value,
        };
        let all = [
            ("starttls", say!("notifications-starttls")),
            ("smtps", say!("notifications-tls")),
            ("smtp", say!("notifications-unencrypted")),
        ];
        all.map(choice).into()
    }
}

#[derive(Template)]
#[template(path = "notifications.html")]
struct Page {
    frame: Frame,
    asks: bool,
    notice: Option<String>,
    wrong: Option<String>,
    outlets: Vec<OutletCard>,
    /// The form for one more.
    form: Option<Form>,
    urgencies: Vec<Choice>,
    encryptions: Vec<Choice>,
    contents: Vec<Choice>,
    /// What a program's messages are signed with, which was added just now.
    key: Option<Secret>,
}

/// A way to be told, as it is drawn.
struct OutletCard {
    name: String,
    kind: String,
    to: String,
    well: bool,
    trouble: Option<String>,
    about: String,
    at_least: String,
    quiet: Option<String>,
    contents: String,
}

pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    back: std::result::Result<Query<Back>, QueryRejection>,
) -> std::result::Result<Response, Problem> {
    let back = back.map(|Query(back)| back).unwrap_or_default();
    let mut page = Page::look(&app, session, back.way.map(Form::unfilled)).await?;
    page.notice = back.done.map(|news| match news {
        News::Added => say!("notifications-added"),
        News::Tested => say!("notifications-tested"),
        News::Removed => say!("notifications-removed"),
    });
    Ok(rendered(&page))
}

pub(super) async fn act(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    Fields(asked): Fields<Asked>,
) -> std::result::Result<Response, Problem> {
    let form = match &asked {
        Asked::Add { form, .. } => Some(form.as_ref().clone()),
        Asked::Test { .. } | Asked::Remove { .. } => None,
    };
    match carry_out(&app, session, asked).await {
        Ok(Done::Link(link)) => Ok(see_other(link)),
        Ok(Done::Key(key)) => {
            let mut page = Page::look(&app, session, None).await?;
            page.notice = Some(say!("notifications-added-key"));
            page.key = Some(key);
            Ok(rendered(&page))
        }
        Err(error) => {
            let mut page = Page::look(&app, session, form).await?;
            page.wrong = Some(refusal(&error));
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
    }
}

/// What came of a form: where to go, or a key to be shown once.
enum Done {
    Link(&'static str),
    Key(Secret),
}

async fn carry_out(app: &App, session: Kept, asked: Asked) -> Result<Done> {
    let link = match asked {
        Asked::Add {
            form,
            secret,
            proven,
        } => {
            let add = Box::new(form.add(secret)?);
            proof::demand(app, session, proven).await?;
            let added: NotifyAdded = app.ask(Request::NotifyAdd(add)).await?;
            if let Some(key) = added.key {
                return Ok(Done::Key(key));
            }
            "./notifications?done=added"
        }
        Asked::Test { name } => {
            app.ask::<NotifyNamed>(Request::NotifyTest { name }).await?;
            "./notifications?done=tested"
        }
        Asked::Remove { name } => {
            let remove = Request::NotifyRemove { name };
            app.ask::<NotifyNamed>(remove).await?;
            "./notifications?done=removed"
        }
    };
    Ok(Done::Link(link))
}

impl Page {
    async fn look(app: &App, session: Kept, form: Option<Form>) -> Result<Self> {
        let status = app.look(Household::status).await?;
        let outlets = app.handle.outlets().into_iter().map(OutletCard::of);
        Ok(Self {
            frame: Frame::of(&status, app.handle.disk(), "notifications"),
            asks: !proof::is_fresh(app, session),
            notice: None,
            wrong: None,
            outlets: outlets.collect(),
            urgencies: form.as_ref().map(Form::urgencies).unwrap_or_default(),
            encryptions: form.as_ref().map(Form::encryptions).unwrap_or_default(),
            contents: form
                .as_ref()
                .map(|form| words::contents(form.contents))
                .unwrap_or_default(),
            form,
            key: None,
        })
    }
}

impl OutletCard {
    fn of(view: OutletView) -> Self {
        let outlet = view.outlet;
        let about = outlet.about.iter().map(|about| match about {
            About::Alerts => say!("notifications-alerts"),
            About::Bulletins => say!("notifications-bulletins"),
            About::Doorbell => say!("notifications-doorbell"),
            About::SignIns => say!("notifications-sign-ins"),
        });
        let about: Vec<_> = about.collect();
        Self {
            name: view.name.to_string(),
            kind: match outlet.way {
                Way::Ntfy(_) => say!("notifications-phone"),
                Way::Webhook(_) => say!("notifications-program"),
                Way::Mail(_) => say!("notifications-letters"),
            },
            to: outlet.way.shown(),
            well: view.error.is_none(),
            trouble: view.error.map(|error| sentence(&translated(&error))),
            about: about.join(", "),
            at_least: words::urgency(outlet.at_least),
            quiet: outlet.quiet.map(|quiet| {
                let hours = quiet.to_string();
                match outlet.urgent_passes {
                    true => say!("notifications-quiet-but-urgent", hours = hours),
                    false => say!("notifications-quiet-at", hours = hours),
                }
            }),
            contents: words::contents_label(outlet.contents),
        }
    }
}
