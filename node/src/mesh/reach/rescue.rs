//! The last rung: word left in the BitTorrent DHT (BEP 5, BEP 44), for who finds nobody any other way.
//!
//! The engine says what is left where, and what to look for ([`RescueTask`]); this is the way there. The home is a
//! client of the DHT only as long as something is to be done: it stores nothing for others and answers nobody. The DHT's
//! nodes learn this home's IP address and places that say nothing to them.
//!
//! Whatever comes from there is hostile. The library checks the signature of an item; what it says is nobody's word
//! until the engine has opened and judged it.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use mainline::async_dht::AsyncDht;
use mainline::{Dht, MutableItem};
use streetlamp_proto::household::{RescueNews, RescueTask};
use streetlamp_proto::street::RescuePlace;
use streetlamp_proto::wire::limits::RESCUE_WORD;
use tokio::sync::{RwLock, Semaphore};
use tokio::time::timeout;

/// Where a program that knows no node of the public DHT gets to know some: those that BitTorrent programs use, of the
/// library's own list those alone.
const PUBLIC: [&str; 3] = [
    "router.bittorrent.com:6881",
    "dht.transmissionbt.com:6881",
    "dht.libtorrent.org:25401",
];
/// Places that are looked at at the same time.
const AT_ONCE: usize = 4;
/// A walk through the DHT takes a few seconds. After so long nobody answers.
const PATIENCE: Duration = Duration::from_secs(60);
/// Words from one place that are given to the engine: each node of the DHT may have another one.
const WORDS: usize = 16;
/// Nodes of the DHT that are remembered until the next time.
const NODES: usize = 32;

/// The way to the DHT, shared by the tasks that are under way. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Rescue(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Nodes that the resident named; the public ones if there are none.
    entrances: Vec<String>,
    turns: Semaphore,
    /// Who seeks waits for who leaves, so that of two homes that look for each other at one moment one finds the other.
    leaving: RwLock<()>,
    client: tokio::sync::Mutex<Weak<AsyncDht>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Nodes of the DHT that answered last time.
    nodes: Vec<String>,
    how: RescueState,
}

/// What became of the rescue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RescueState {
    /// The resident does not want it.
    #[default]
    Off,
    /// Nobody is missed, or not for long.
    Idle,
    /// Word of this home is out.
    Left,
    /// The DHT does not answer.
    Silent,
}

impl RescueState {
    /// The word for scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Idle => "idle",
            Self::Left => "left",
            Self::Silent => "silent",
        }
    }
}

impl Rescue {
    pub(in crate::mesh) fn new(entrances: Vec<String>) -> Self {
        let how = RescueState::Idle;
        Self(Arc::new(Shared {
            entrances,
            turns: Semaphore::new(AT_ONCE),
            leaving: RwLock::new(()),
            client: tokio::sync::Mutex::default(),
            state: Mutex::new(State {
                how,
                ..State::default()
            }),
        }))
    }

    pub(in crate::mesh) fn state(&self) -> RescueState {
        self.locked(|state| state.how)
    }

    /// Does what the engine wants, and says what it has to hear of it.
    pub async fn carry_out(self, task: RescueTask) -> Option<RescueNews> {
        match task {
            RescueTask::Leave {
                place,
                number,
                word,
            } => {
                let _nobody_seeks = self.0.leaving.write().await;
                // The library panics if a thread of its own did, over what somebody sent it.
                let leaving = AssertUnwindSafe(self.leave(&place, number, &word)).catch_unwind();
                let left = matches!(timeout(PATIENCE, leaving).await, Ok(Ok(Some(()))));
                self.locked(|state| {
                    state.how = match left {
                        true => RescueState::Left,
                        false => RescueState::Silent,
                    };
                });
                (!left).then(|| RescueNews::NotLeft(place.street()))
            }
            RescueTask::Seek(place) => {
                let _nobody_leaves = self.0.leaving.read().await;
                let _turn = self.0.turns.acquire().await.ok()?;
                let mut words = Vec::new();
                let _gave_up = timeout(PATIENCE, self.seek(&place, &mut words)).await;
                (!words.is_empty()).then_some(RescueNews::Found { place, words })
            }
        }
    }

    async fn leave(&self, place: &RescuePlace, number: u64, word: &[u8]) -> Option<()> {
        let client = self.client().await?;
        let number = i64::try_from(number).ok()?;
        let item = MutableItem::new(place.key(), word, number, None);
        let left = client.put_mutable(item, None).await;
        self.remember(&client).await;
        let left = left.inspect_err(|error| tracing::debug!(%error, "no word could be left"));
        left.ok().map(drop)
    }

    async fn seek(&self, place: &RescuePlace, words: &mut Vec<Vec<u8>>) -> Option<()> {
        let client = self.client().await?;
        let name = place.key().verifying_key().to_bytes();
        let mut items = client.get_mutable(&name, None, None);
        while let Some(item) = items.next().await {
            let word = item.value();
            let new = !words.iter().any(|known| known == word);
            if new && word.len() == RESCUE_WORD && words.len() < WORDS {
                words.push(word.to_vec());
            }
        }
        self.remember(&client).await;
        Some(())
    }

    /// The client that is there, or a new one.
    async fn client(&self) -> Option<Arc<AsyncDht>> {
        let mut client = self.0.client.lock().await;
        if let Some(client) = client.upgrade() {
            return Some(client);
        }
        let mut entrances = self.locked(|state| state.nodes.clone());
        if entrances.is_empty() {
            entrances.clone_from(&self.0.entrances);
        }
        if entrances.is_empty() {
            entrances.extend(PUBLIC.map(str::to_owned));
        }
        // It asks the system for names and waits for a thread of its own. Any port will do: that of BitTorrent would only
        // tell.
        let made = tokio::task::spawn_blocking(move || {
            Dht::builder().bootstrap(&entrances).port(0).build()
        });
        let made = made.await.ok()?;
        let made = made.inspect_err(|error| tracing::warn!(%error, "no way to the DHT"));
        let made = Arc::new(made.ok()?.as_async());
        *client = Arc::downgrade(&made);
        Some(made)
    }

    /// Keeps some nodes that answered, so that the public entrances are asked once and not every time.
    async fn remember(&self, client: &AsyncDht) {
        let mut nodes = client.to_bootstrap().await;
        nodes.truncate(NODES);
        self.locked(|state| state.nodes = nodes);
    }

    fn locked<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, UdpSocket};

    use mainline::Testnet;
    use streetlamp_proto::identity::DeviceId;
    use streetlamp_proto::street::{Day, EpochKey, StreetId};
    use streetlamp_proto::time::Timestamp;

    use super::*;

    fn place() -> Box<RescuePlace> {
        let (street, device) = ([1; 32], [2; 32]);
        let (street, device) = (StreetId::from_bytes(street), DeviceId::from_bytes(device));
        let day = Day::of(Timestamp::from_ms(0));
        Box::new(EpochKey::from_bytes([3; 32]).rescue_place(street, device, day))
    }

    fn through(entrances: &[String]) -> Rescue {
        Rescue::new(entrances.to_vec())
    }

    fn leave(number: u64, word: Vec<u8>) -> RescueTask {
        let place = place();
        RescueTask::Leave {
            place,
            number,
            word,
        }
    }

    async fn found(rescue: &Rescue) -> Vec<Vec<u8>> {
        match rescue.clone().carry_out(RescueTask::Seek(place())).await {
            Some(RescueNews::Found { words, .. }) => words,
            _ => Vec::new(),
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_word_is_found_by_who_knows_its_place_the_last_one_and_only_if_it_is_of_a_words_length()
     {
        let net = Testnet::builder(4).build().unwrap();
        let (ada, ben) = (through(&net.bootstrap), through(&net.bootstrap));
        assert_eq!(ada.state(), RescueState::Idle);
        assert!(found(&ben).await.is_empty());
        for (number, word) in [(1, vec![1; RESCUE_WORD]), (2, vec![2; RESCUE_WORD])] {
            assert!(ada.clone().carry_out(leave(number, word)).await.is_none());
        }
        assert_eq!(ada.state(), RescueState::Left);
        assert_eq!(found(&ben).await, [vec![2; RESCUE_WORD]]);
        // A member could leave anything there. Longer than an item may be the DHT itself refuses it.
        ada.clone().carry_out(leave(3, vec![3; 100])).await;
        assert!(found(&ben).await.is_empty());
        let too_long = ada.clone().carry_out(leave(4, vec![4; 1_100])).await;
        assert!(matches!(too_long, Some(RescueNews::NotLeft(_))));
    }

    /// A node of the DHT that answers everybody with what nobody should send.
    fn hostile() -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let here = socket.local_addr().unwrap();
        std::thread::spawn(move || {
            let mut packet = [0; 2048];
            while let Ok((len, from)) = socket.recv_from(&mut packet) {
                let asked = &packet[..len];
                // Its own question, cut and altered, and nests that go as deep as a packet is long.
                let mut altered = asked.to_vec();
                altered.iter_mut().step_by(7).for_each(|byte| *byte ^= 0x15);
                let answers = [
                    b"d1:rd2:id20:"
                        .iter()
                        .chain(&[b'l'; 2_000])
                        .copied()
                        .collect(),
                    [b'l'; 2_048].to_vec(),
                    b"d1:a"
                        .iter()
                        .chain(b"d1:a".repeat(500).iter())
                        .copied()
                        .collect(),
                    b"d1:rd1:v999999999:xe1:t4:aaaa1:y1:re".to_vec(),
                    asked[..len / 2].to_vec(),
                    asked.to_vec(),
                    altered,
                    Vec::new(),
                ];
                for answer in answers {
                    let _gone = socket.send_to(&answer, from);
                }
            }
        });
        here
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_dht_that_answers_with_rubbish_says_nothing_and_harms_nobody() {
        let rescue = through(&[hostile().to_string()]);
        assert!(found(&rescue).await.is_empty());
        let left = rescue.clone().carry_out(leave(1, vec![1; RESCUE_WORD]));
        assert!(matches!(left.await, Some(RescueNews::NotLeft(_))));
        assert_eq!(rescue.state(), RescueState::Silent);
    }
}
