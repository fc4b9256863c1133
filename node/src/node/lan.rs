//! The second factor of this home, kept sealed to the device; and whether the page is open to the network, which hangs on it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::NodeHandle;
use crate::error::{Error, ErrorKind, Result};
use crate::factor::{Factor, NewFactor};
use crate::https::is_public;
use crate::secret::Secret;

/// The name under which the factor is kept.
const NAME: &str = "factor";
/// The setting that says where the page is open to the network.
const OPEN: &str = "page-lan";
/// What it says when it is not.
const SHUT: &str = "";
/// Where it is when nobody says where.
const LAN_PORT: u16 = 8421;
/// How long a new secret waits for its first code.
const WAITS: Duration = Duration::from_secs(15 * 60);

/// What the page's door to the network goes by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// Where the resident wants it.
    pub at: Option<SocketAddr>,
    /// Whether there is a second factor, without which it stays shut.
    pub has_factor: bool,
    /// Which factor it is: who came in by another one is not in any more.
    pub round: u64,
}

/// How that door is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DoorState {
    /// Nobody asked for it.
    #[default]
    Shut,
    /// There is no second factor yet.
    WaitsForFactor,
    /// It is open.
    Open {
        /// Where it is reached, as links.
        urls: Vec<String>,
    },
    /// It cannot be opened, and is tried again.
    Failed(String),
}

impl DoorState {
    /// Its word for scripts.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Shut => "shut",
            Self::WaitsForFactor => "waits-for-factor",
            Self::Open { .. } => "open",
            Self::Failed(_) => "failed",
        }
    }
}

/// The door as residents see it.
#[derive(Debug, Clone)]
pub struct LanView {
    /// How it is.
    pub standing: DoorState,
    /// Where it was asked for.
    pub at: Option<SocketAddr>,
    /// SHA-256 of its certificate, if it has one.
    pub fingerprint: Option<String>,
    /// Since when there is a second factor, and how many codes on paper are left of it.
    pub factor: Option<(streetlamp_proto::time::Timestamp, usize)>,
}

/// The door to the network, as far as it is the node's business.
pub(super) struct Lan {
    asked: watch::Sender<Asked>,
    standing: Mutex<(DoorState, Option<String>)>,
    /// Held from reading the factor to keeping it: a code that comes twice at once is good once.
    factor: tokio::sync::Mutex<Option<(NewFactor, Instant)>>,
}

impl Default for Lan {
    fn default() -> Self {
        Self {
            asked: watch::Sender::new(Asked::default()),
            standing: Mutex::default(),
            factor: tokio::sync::Mutex::default(),
        }
    }
}

impl fmt::Debug for Lan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lan(…)")
    }
}

impl Lan {
    fn standing(&self) -> MutexGuard<'_, (DoorState, Option<String>)> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an address is of the house's own networks, the only ones that the page is open to.
pub fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

impl NodeHandle {
    /// Looks what was asked for; `at` counts for this run, whatever was.
    pub(super) async fn start_lan(&self, at: Option<SocketAddr>) -> Result<()> {
        let kept = self.with_store(|store| store.setting(OPEN)).await?;
        let at = match at {
            Some(at) => Some(fitting(at)?),
            None => kept.and_then(|at| at.parse().ok()),
        };
        let has_factor = self.said::<Factor>(NAME).await?.is_some();
        self.shared.lan.asked.send_modify(|asked| {
            asked.at = at;
            asked.has_factor = has_factor;
        });
        Ok(())
    }

    /// What the door to the network goes by, now and as it changes.
    pub fn lan_asked(&self) -> watch::Receiver<Asked> {
        self.shared.lan.asked.subscribe()
    }

    /// Says how the door is.
    pub fn lan_is(&self, standing: DoorState) {
        self.shared.lan.standing().0 = standing;
    }

    /// Says what its certificate's fingerprint is.
    pub fn lan_shows(&self, fingerprint: String) {
        self.shared.lan.standing().1 = Some(fingerprint);
    }

    /// The door as residents see it.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn lan(&self) -> Result<LanView> {
        let factor = self.said::<Factor>(NAME).await?;
        let (standing, fingerprint) = self.shared.lan.standing().clone();
        let at = self.shared.lan.asked.borrow().at;
        Ok(LanView {
            standing,
            at,
            fingerprint,
            factor: factor.map(|factor| (factor.since(), factor.on_paper())),
        })
    }

    /// Opens the page to the network from now on, there or at the usual port, as soon as there is a second factor.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for an address of no private network, or on a device without a passphrase; the store's failure.
    pub async fn open_to_lan(&self, at: Option<SocketAddr>) -> Result<()> {
        let usual = SocketAddr::from((Ipv4Addr::UNSPECIFIED, LAN_PORT));
        let at = fitting(at.unwrap_or(usual))?;
        if !self.home().reads() {
            let message = "this device has no passphrase to sign in with: open the page of the household's other device";
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        self.keep_lan(Some(at)).await
    }

    /// Opens it to the network no more; who came from there is signed out.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn close_to_lan(&self) -> Result<()> {
        self.keep_lan(None).await
    }

    async fn keep_lan(&self, at: Option<SocketAddr>) -> Result<()> {
        let text = at.map_or_else(|| SHUT.to_owned(), |at| at.to_string());
        self.with_store(move |store| store.set(OPEN, &text)).await?;
        self.shared.lan.asked.send_modify(|asked| asked.at = at);
        Ok(())
    }

    /// Draws a secret for a second factor. It waits a quarter of an hour for its first code; until then the old one counts.
    ///
    /// # Errors
    /// If the system gives no randomness.
    pub async fn new_factor(&self) -> Result<NewFactor> {
        let mut waiting = self.shared.lan.factor.lock().await;
        let new = NewFactor::draw(&mut self.shared.entropy.generator()?);
        *waiting = Some((new.clone(), Instant::now()));
        Ok(new)
    }

    /// The secret that waits for its first code.
    pub async fn waiting_factor(&self) -> Option<NewFactor> {
        let waiting = self.shared.lan.factor.lock().await;
        let waiting = waiting
            .as_ref()
            .filter(|(_, since)| since.elapsed() < WAITS);
        waiting.map(|(new, _)| new.clone())
    }

    /// Takes the waiting secret into use, in place of the old one. Codes for paper, which are shown this once.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] if the code is not its code now, [`ErrorKind::NotFound`] if none waits; the store's failure.
    pub async fn confirm_factor(&self, code: &str) -> Result<Vec<Secret>> {
        let mut waiting = self.shared.lan.factor.lock().await;
        let Some((new, _)) = waiting
            .as_ref()
            .filter(|(_, since)| since.elapsed() < WAITS)
        else {
            let message = "no second factor waits for its first code: begin again";
            return Err(Error::new(ErrorKind::NotFound, message));
        };
        let mut generator = self.shared.entropy.generator()?;
        let Some((factor, paper)) = new.confirm(code, self.now(), &mut generator) else {
            let message = "that is not the code which the phone shows now: look whether the clocks of the phone and of this machine agree";
            return Err(Error::new(ErrorKind::Denied, message));
        };
        self.keep_said(NAME, &factor).await?;
        *waiting = None;
        self.factor_is(true);
        Ok(paper)
    }

    /// Uses a code up. Whether it was good.
    ///
    /// # Errors
    /// The store's failure: a code counts only once it is kept that it was used.
    pub async fn takes_code(&self, code: &str) -> Result<bool> {
        let _nobody_else = self.shared.lan.factor.lock().await;
        let Some(mut factor) = self.said::<Factor>(NAME).await? else {
            return Ok(false);
        };
        let good = factor.takes(code, self.now());
        if good {
            self.keep_said(NAME, &factor).await?;
        }
        Ok(good)
    }

    /// Forgets the second factor; the page is shut to the network until there is another one.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn forget_factor(&self) -> Result<()> {
        let mut waiting = self.shared.lan.factor.lock().await;
        self.forget_said(NAME).await?;
        *waiting = None;
        self.factor_is(false);
        Ok(())
    }

    fn factor_is(&self, there: bool) {
        self.shared.lan.asked.send_modify(|asked| {
            asked.has_factor = there;
            asked.round += 1;
        });
    }
}

/// An address at which the page may be open: one of the house's, or all of them, of which it takes only those.
fn fitting(at: SocketAddr) -> Result<SocketAddr> {
    if at.ip().is_unspecified() || is_near(at.ip()) {
        return Ok(at);
    }
    let what = if is_public(at.ip()) {
        "is in the public internet"
    } else {
        "is no address of a home network"
    };
    let message = format!("{at} {what}: the page is opened to a private network only");
    Err(Error::new(ErrorKind::Invalid, message))
}
