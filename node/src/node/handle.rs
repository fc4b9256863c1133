//! The handle: the only way for page and command line to reach a running node.

use std::fmt;
use std::io::{Read, Seek};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::export::Papers;
use streetlamp_proto::grant::Purpose;
use streetlamp_proto::household::{Answer, Command, Event, Household, KeeperNews, Leaving};
use streetlamp_proto::identity::{HouseholdId, Name};
use streetlamp_proto::ledger::{Entry, Export};
use streetlamp_proto::time::Timestamp;
use tokio::sync::{broadcast, mpsc, oneshot};
use zeroize::Zeroizing;

use super::cameras::Cameras;
use super::driver::ToDriver;
use super::house::House;
use super::lan::Lan;
use super::notifying::Notifying;
use super::sharing::{self, Shared as SharedClip};
use super::watching::{self, Watched, WatchedFilms};
use super::witness::Witness;
use super::{clips, fetching, keeping};
use crate::blocking::block;
use crate::clock::Clock;
use crate::disk::{Condition, Disk};
use crate::domains::Domains;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::home::Home;
use crate::mesh::{ReachView, SealedStreams};
use crate::store::Store;
use crate::vault::{Kept, Vault};

/// The setting that says after how long without use the page locks the home.
const AUTO_LOCK: &str = "auto-lock";

/// A running node, as page and command line see it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct NodeHandle {
    pub(super) shared: Arc<Shared>,
}

/// What every handle shares.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) driver: mpsc::Sender<ToDriver>,
    pub(super) events: broadcast::Sender<Event>,
    pub(super) home: Home,
    pub(super) disk: Disk,
    pub(super) vault: Vault,
    pub(super) kept: Kept,
    pub(super) domains: Domains,
    pub(super) streams: SealedStreams,
    pub(super) clock: Clock,
    pub(super) entropy: Entropy,
    pub(super) peer_id: String,
    pub(super) page: OnceLock<Page>,
    pub(super) cameras: Cameras,
    pub(super) house: House,
    pub(super) lan: Lan,
    pub(super) notifying: Notifying,
    pub(super) watched: WatchedFilms,
    pub(super) witness: Option<Arc<dyn Witness>>,
}

/// Where a node's page is, and who lets browsers in.
pub struct Page {
    url: String,
    sign_in: Box<dyn Fn() -> String + Send + Sync>,
    sign_out: Box<dyn Fn() + Send + Sync>,
}

impl Page {
    /// A page at this address, with something that makes one-time sign-in links, and something that ends every session.
    pub fn new(
        url: String,
        sign_in: impl Fn() -> String + Send + Sync + 'static,
        sign_out: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self {
            url,
            sign_in: Box::new(sign_in),
            sign_out: Box::new(sign_out),
        }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A new link that signs one browser in, once.
    pub fn new_sign_in_link(&self) -> String {
        (self.sign_in)()
    }

    /// Signs every browser out, and ends the links that wait.
    fn sign_everybody_out(&self) {
        (self.sign_out)();
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// A film that is being opened: its exact length, then its bytes in order.
#[derive(Debug)]
pub struct Film {
    /// Bytes that will come.
    pub len: u64,
    /// The ledger entry that was written for it.
    pub seq: u64,
    /// What goes beside an export.
    pub papers: Option<Box<Papers>>,
    /// The bytes, in pieces; an error ends the film early.
    pub pieces: mpsc::Receiver<Result<Zeroizing<Vec<u8>>>>,
}

/// A clip that was taken in.
#[derive(Debug, Clone)]
pub struct AddedClip {
    /// The clip.
    pub clip: ClipId,
    /// Length of its sealed bytes.
    pub sealed_len: u64,
    /// How long it is, in milliseconds.
    pub duration_ms: u32,
}

/// A clip that was fetched.
#[derive(Debug, Clone)]
pub struct FetchedClip {
    /// The clip.
    pub clip: ClipId,
    /// Length of its sealed bytes.
    pub sealed_len: u64,
    /// Who gave most of them.
    pub from: HouseholdId,
    /// Who else gave some.
    pub also_from: Vec<HouseholdId>,
}

/// Clips that are known again.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecalledClips {
    /// How many.
    pub clips: usize,
    /// Of them, those that the keeper had been told to delete.
    pub let_go: usize,
}

impl NodeHandle {
    /// Has a command carried out; what it changes is durable when this returns.
    ///
    /// # Errors
    /// The engine's refusal, or the store's failure.
    pub async fn command(&self, command: Command) -> Result<Answer> {
        let (reply, answer) = oneshot::channel();
        self.shared
            .driver
            .send(ToDriver::Command(command, reply))
            .await
            .map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// Looks at the engine's state.
    ///
    /// # Errors
    /// If the node has stopped.
    pub async fn read<T, F>(&self, look: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Household, Timestamp) -> T + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let look = Box::new(move |household: &Household, now| {
            let _gone = reply.send(look(household, now));
        });
        self.shared
            .driver
            .send(ToDriver::Read(look))
            .await
            .map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())
    }

    /// Uses the store for what is not the engine's; what it keeps is durable when this returns.
    pub(super) async fn with_store<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Store) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work = Box::new(move |store: Result<&mut Store>| {
            let _gone = reply.send(store.and_then(work));
        });
        let asked = self.shared.driver.send(ToDriver::Store(work)).await;
        asked.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// Tells the engine about keepers.
    pub(super) async fn tell(&self, news: KeeperNews) -> Result<()> {
        let told = self.shared.driver.send(ToDriver::Keeper(news)).await;
        told.map_err(|_| stopped())
    }

    /// What happens from now on. A watcher that falls behind misses the oldest events.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.shared.events.subscribe()
    }

    /// The whole ledger, from the first entry.
    ///
    /// # Errors
    /// If the store fails or the node has stopped.
    pub async fn ledger(&self) -> Result<Vec<Entry>> {
        let (reply, answer) = oneshot::channel();
        self.shared
            .driver
            .send(ToDriver::Ledger(reply))
            .await
            .map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// The whole ledger as a file holds it, with what its reader needs to verify it alone.
    ///
    /// # Errors
    /// If the store fails or the node has stopped.
    pub async fn whole_ledger(&self) -> Result<Export> {
        let (entries, head) = self.with_store(|store| store.ledger()).await?;
        Ok(Export {
            entries,
            devices: vec![self.shared.home.me()?.cert],
            head,
        })
    }

    /// Addresses at which this node listens, in multiaddr text form with its peer id.
    ///
    /// # Errors
    /// If the node has stopped.
    pub async fn listen(&self) -> Result<Vec<String>> {
        let (reply, answer) = oneshot::channel();
        self.shared
            .driver
            .send(ToDriver::Listening(reply))
            .await
            .map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())
    }

    /// How neighbours reach this home.
    ///
    /// # Errors
    /// If the node is stopped.
    pub async fn reach(&self) -> Result<ReachView> {
        let (reply, answer) = oneshot::channel();
        let driver = &self.shared.driver;
        driver
            .send(ToDriver::Reach(reply))
            .await
            .map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())
    }

    /// How the disk under the home is.
    pub fn disk(&self) -> Condition {
        self.shared.disk.condition()
    }

    /// Free bytes under the home, if that can be told, and whether the ballast is there.
    pub fn room(&self) -> (Option<u64>, bool) {
        (self.shared.disk.free(), self.shared.disk.has_ballast())
    }

    /// After how long without use the page locks this home again.
    ///
    /// # Errors
    /// If the store fails or the node has stopped.
    pub async fn auto_lock(&self) -> Result<Duration> {
        let said = self.with_store(|store| store.setting(AUTO_LOCK)).await?;
        let said = said.and_then(|seconds| seconds.parse().ok());
        Ok(said.map_or(Household::AUTO_LOCK, Duration::from_secs))
    }

    /// Chooses that, from the next unlocking on.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for no time at all or more than a day; the store's failure.
    pub async fn set_auto_lock(&self, idle: Duration) -> Result<()> {
        if idle.is_zero() || idle > Household::LONGEST_UNLOCK {
            let message = "a home locks itself after a minute at least, and a day at most";
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let seconds = idle.as_secs().to_string();
        self.with_store(move |store| store.set(AUTO_LOCK, &seconds))
            .await
    }

    /// This node's libp2p peer id.
    pub fn peer_id(&self) -> &str {
        &self.shared.peer_id
    }

    /// The home directory that this node runs from.
    pub fn home(&self) -> &Home {
        &self.shared.home
    }

    /// The node's page, if it has one.
    pub fn page(&self) -> Option<&Page> {
        self.shared.page.get()
    }

    /// Says where the page is. The first word counts.
    pub(crate) fn has_page(&self, page: Page) {
        let _said_before = self.shared.page.set(page);
    }

    /// The node's clock.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Takes the reading key into memory. It goes again when it was not used for `idle`.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] if the passphrase is wrong, or this device holds no reading key.
    pub async fn unlock(&self, passphrase: Zeroizing<String>, idle: Duration) -> Result<()> {
        let keys = self.shared.home.reading_keys(&passphrase)?;
        self.command(Command::Unlock { keys, idle }).await.map(drop)
    }

    /// Wipes the reading key from memory.
    ///
    /// # Errors
    /// If the node has stopped.
    pub async fn lock(&self) -> Result<()> {
        self.command(Command::Lock).await.map(drop)
    }

    /// Puts the reading key behind another passphrase, and signs every browser out: whoever knows the old one may be in.
    ///
    /// # Errors
    /// As [`Home::change_passphrase`].
    pub fn change_passphrase(
        &self,
        current: &Zeroizing<String>,
        new: &Zeroizing<String>,
    ) -> Result<()> {
        self.shared.home.change_passphrase(current, new)?;
        if let Some(page) = self.page() {
            page.sign_everybody_out();
        }
        Ok(())
    }

    /// Cleans, pads and seals a film, and takes the clip in. Works locked.
    ///
    /// # Errors
    /// If the film is none, is too long or too large, or the disk fails; nothing is kept then.
    pub async fn add_clip(
        &self,
        film: impl Read + Seek + Send + 'static,
        camera: Name,
        recorded: Option<Timestamp>,
    ) -> Result<AddedClip> {
        clips::add(self, film, camera, recorded).await
    }

    /// Opens a clip: the ledger entry is durable before the first byte comes.
    ///
    /// # Errors
    /// If the node is locked, or the clip is unknown, not fetched yet, or damaged.
    pub async fn open_clip(&self, clip: ClipId) -> Result<Film> {
        clips::open(self, clip, Command::Open(clip)).await
    }

    /// Opens a clip for a player. Ledger first.
    ///
    /// # Errors
    /// As [`NodeHandle::open_clip`].
    pub async fn watch_clip(&self, clip: ClipId) -> Result<Watched> {
        watching::watch(self, clip).await
    }

    /// Holds the sealed bytes of a clip against its name. Reads all of them; nothing is opened.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if they are not here, [`ErrorKind::DataLoss`] if they are not what they were.
    pub async fn verify_clip(&self, clip: ClipId) -> Result<()> {
        clips::whole(self, clip).await.map(drop)
    }

    /// Gives a clip to every neighbour who holds no grant of it: one grant and one ledger entry for each.
    ///
    /// # Errors
    /// That of the first grant that cannot be given. Those before it stand.
    pub async fn share_clip(
        &self,
        clip: ClipId,
        purpose: Purpose,
        until: Option<Timestamp>,
    ) -> Result<Vec<SharedClip>> {
        sharing::with_street(self, clip, purpose, until).await
    }

    /// Exports a clip for somebody outside the mesh. Ledger first.
    ///
    /// # Errors
    /// As [`NodeHandle::open_clip`].
    pub async fn export_clip(&self, clip: ClipId, leaving: Leaving) -> Result<Film> {
        clips::open(self, clip, Command::Export { clip, leaving }).await
    }

    /// Whether sealed bytes of this length are here under the clip's name. Their contents are not looked at.
    pub fn has_sealed(&self, clip: ClipId, sealed_len: u64) -> bool {
        block(|| self.shared.vault.sealed(clip, sealed_len)).is_ok()
    }

    /// Makes clips known again that a neighbour keeps for this household. Their sealed bytes can be fetched then.
    ///
    /// # Errors
    /// If the node is locked, or the neighbour is not connected, or what it gives does not hold.
    pub async fn recall_clips(&self, from: HouseholdId) -> Result<RecalledClips> {
        keeping::recall(self, from).await
    }

    /// Fetches the sealed bytes of a clip from whoever has them, going on where an earlier fetch stopped: of a granted
    /// one from owner or keepers, of an own one that is not here any more from keepers.
    ///
    /// `progress` is told the bytes that are here.
    ///
    /// # Errors
    /// If nobody who has the clip can be reached, or what comes does not verify.
    pub async fn fetch_clip(
        &self,
        clip: ClipId,
        progress: impl Fn(u64, u64) + Send + Sync,
    ) -> Result<FetchedClip> {
        fetching::fetch(self, clip, progress).await
    }

    /// Stops the node; returns when everything is safe on disk.
    pub async fn stop(&self) {
        let (reply, answer) = oneshot::channel();
        if self.shared.driver.send(ToDriver::Stop(reply)).await.is_ok() {
            let _stopped_already = answer.await;
        }
    }
}

/// The error of a handle whose node is gone.
pub(super) fn stopped() -> Error {
    Error::new(ErrorKind::Unavailable, "the node has stopped")
}
