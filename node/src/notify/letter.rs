//! A notice as a letter. What is taken back comes as an answer to what was said, so that mail programs show both together: a
//! letter cannot be replaced.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};

use super::{Standing, Worded};
use crate::address::{Login, Place};
use crate::error::{Error, ErrorKind, Result};

/// How long a mail server may take for one step.
const PATIENCE: Duration = Duration::from_secs(30);

/// How letters are sent, and to whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letters {
    /// The mail server: `smtps` for TLS from the first byte, `starttls` for TLS before anything else is said, `smtp` for none,
    /// which leads into the house only.
    pub server: Place,
    /// Who may send there.
    pub login: Option<Login>,
    /// Who they are from.
    pub from: String,
    /// Who they go to.
    pub to: String,
}

impl Letters {
    /// The kinds of server, the one that is meant without a word first.
    pub const SCHEMES: [&str; 3] = ["starttls", "smtps", "smtp"];

    /// Checks that both addresses can be written to.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] with the one that cannot.
    pub fn check(&self) -> Result<()> {
        mailbox(&self.from)?;
        mailbox(&self.to).map(drop)
    }

    pub(super) fn shown(&self) -> String {
        format!("{} over {}", self.to, self.server.host_shown())
    }

    pub(super) async fn send(&self, notice: &Worded<'_>) -> Result<()> {
        let url = self.server.url()?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let usual = match url.scheme() {
            "smtps" => 465,
            "starttls" => 587,
            _ => 25,
        };
        let address = self.server.address(usual).await?;
        let failed = |e: lettre::transport::smtp::Error| {
            let denied = e.is_permanent();
            let (kind, message) = match denied {
                true => (ErrorKind::Denied, "the mail server refuses the letter"),
                false => (
                    ErrorKind::Unavailable,
                    "the mail server does not take the letter",
                ),
            };
            Error::new(kind, message).because(e)
        };
        let tls = || {
            TlsParameters::builder(host.to_owned())
                .build_rustls()
                .map_err(failed)
        };
        let tls = match url.scheme() {
            "smtps" => Tls::Wrapper(tls()?),
            "starttls" => Tls::Required(tls()?),
            _ => Tls::None,
        };
        let server = address.ip().to_string();
        let mut server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server)
            .port(address.port())
            .timeout(Some(PATIENCE))
            .tls(tls);
        if let Some(Login { user, password }) = &self.login {
            server = server.credentials(Credentials::new(user.clone(), password.0.to_string()));
        }
        let letter = self.letter(notice)?;
        server.build().send(letter).await.map(drop).map_err(failed)
    }

    fn letter(&self, notice: &Worded<'_>) -> Result<Message> {
        let from = mailbox(&self.from)?;
        let domain = from.email.domain().to_owned();
        let id = |what: &str| format!("<{}.{what}@{domain}>", notice.id);
        let sentence = notice.sentence();
        let letter = Message::builder()
            .from(from)
            .to(mailbox(&self.to)?)
            .subject(format!("Streetlamp: {sentence}"));
        let letter = match notice.standing {
            Standing::Said => letter.message_id(Some(id("said"))),
            Standing::Retracted => letter
                .message_id(Some(id("retracted")))
                .in_reply_to(id("said"))
                .references(id("said")),
            Standing::Test => letter.message_id(None),
        };
        let body = format!("{sentence}\n\nMore is on the page of your home.\n");
        let odd = |e| Error::new(ErrorKind::Internal, "the letter cannot be written").because(e);
        letter.body(body).map_err(odd)
    }
}

fn mailbox(text: &str) -> Result<Mailbox> {
    text.parse().map_err(|e: lettre::address::AddressError| {
        let message = format!("'{text}' is no address for a letter");
        Error::new(ErrorKind::Invalid, message).because(e)
    })
}
