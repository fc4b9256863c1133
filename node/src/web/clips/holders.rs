//! Who holds what: keys that this home gave and who fetched with them, sealed copies at keepers, and what is kept here
//! for neighbours.

use std::time::Duration;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::household::{
    Answer, Command, Direction, Finding, GrantView, KeeperCommand, KeeperState, KeeperView,
    MemberView, StatusView,
};
use streetlamp_proto::id::IdError;
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::time::Timestamp;

use super::acts::stop;
use super::grants::GrantRow;
use super::names::{Names, clip_words};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Kept;
use crate::web::App;
use crate::web::draft::Choice;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::language::{Texts, refusal, say};
use crate::web::problem::{Problem, rendered, status_of};
use crate::web::proof::{self, Proven};
use crate::web::words::{self, Moment};

/// Grants that are drawn unless all are asked for.
const SHOWN: usize = 50;
const GIGABYTE: u64 = 1_000_000_000;
/// Most that is asked for or offered on the page, in gigabytes: more than a disk holds.
const MOST_GIGABYTES: u64 = 100_000;
/// Days of a lease that is asked for on the page.
const LEASE: Duration = Duration::from_secs(90 * 24 * 3_600);

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Wanted {
    all: bool,
}

/// One of the page's forms, as it was sent.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(in crate::web) enum Asked {
    /// Stop serving a grant.
    Stop { grant: String },
    /// Ask a neighbour to keep.
    Ask {
        household: String,
        gigabytes: String,
    },
    /// Have a keeper prove that it holds a clip.
    Check { household: String },
    /// Make clips known again that a neighbour keeps.
    Recall {
        household: String,
        #[serde(flatten)]
        proven: Proven,
    },
    /// End every lease with a neighbour.
    End {
        household: String,
        #[serde(flatten)]
        proven: Proven,
    },
    /// Keep so much for neighbours.
    Offer { gigabytes: String },
}

#[derive(Template)]
#[template(path = "holders.html")]
struct Page {
    frame: Frame,
    notice: Option<String>,
    wrong: Option<String>,
    asks: bool,
    locked: bool,
    grants: Vec<GrantCard>,
    hidden: usize,
    keepers: Vec<KeeperCard>,
    /// Neighbours, to choose a keeper from.
    neighbours: Vec<Choice>,
    kept_for: Vec<KeeperCard>,
    offer_words: String,
    offered_gigabytes: u64,
}

/// A grant with its clip.
struct GrantCard {
    clip: String,
    /// What the clip is called, as long as it is here.
    clip_words: Option<(String, Moment)>,
    grant: GrantRow,
}

/// A lease, from either side.
struct KeeperCard {
    household: String,
    name: String,
    copies: String,
    until: Moment,
    checked: Option<Moment>,
    /// Whether something is wrong.
    wrong: bool,
    advice: Option<String>,
    /// What waits to be deleted.
    let_go: Option<(u64, Moment)>,
}

/// What the page needs of the engine, taken in one look.
struct Look {
    status: StatusView,
    members: Vec<MemberView>,
    given: Vec<GrantView>,
    clips: Vec<(streetlamp_proto::clip::ClipId, Option<(String, Moment)>)>,
    names: Names,
    keepers: Vec<KeeperView>,
    room: (u64, u64),
    hidden: usize,
    now: Timestamp,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    wanted: std::result::Result<Query<Wanted>, QueryRejection>,
) -> std::result::Result<Response, Problem> {
    let all = wanted.map(|Query(wanted)| wanted.all).unwrap_or_default();
    Ok(rendered(&Page::look(&app, session, all).await?))
}

pub(in crate::web) async fn act(
    State(app): State<App>,
    Extension(session): Extension<Kept>,
    Fields(asked): Fields<Asked>,
) -> std::result::Result<Response, Problem> {
    let done = carry_out(&app, session, asked).await;
    let mut page = Page::look(&app, session, false).await?;
    match done {
        Ok(words) => {
            page.notice = Some(words);
            Ok(rendered(&page))
        }
        Err(error) => {
            page.wrong = Some(refusal(&error));
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
    }
}

/// Does what a form asks and says what came of it.
async fn carry_out(app: &App, session: Kept, asked: Asked) -> Result<String> {
    let handle = &app.handle;
    let keeper = |command| handle.command(Command::Keeper(command));
    Ok(match asked {
        Asked::Stop { grant } => {
            stop(app, &grant).await?;
            say!("clips-stopped")
        }
        Asked::Ask {
            household,
            gigabytes,
        } => {
            let ask = KeeperCommand::Ask {
                household: named(&household)?,
                bytes: bytes(&gigabytes)?,
                until: handle.now().after(LEASE),
            };
            let Answer::Lease { bytes, .. } = keeper(ask).await? else {
                return Err(Error::new(ErrorKind::Internal, "no lease was given"));
            };
            say!("clips-leased", size = words::size(bytes))
        }
        Asked::Check { household } => {
            let check = KeeperCommand::Check(named(&household)?);
            let Answer::Checked { finding, .. } = keeper(check).await? else {
                return Err(Error::new(ErrorKind::Internal, "nothing was checked"));
            };
            match finding {
                Finding::Proven => say!("clips-proven"),
                Finding::Lost => say!("clips-lost"),
                Finding::Lied => say!("clips-lied"),
                _ => say!("clips-cut-off"),
            }
        }
        Asked::Recall { household, proven } => {
            let from = named(&household)?;
            proof::demand_unlocked(app, session, proven).await?;
            say!("clips-recalled", n = handle.recall_clips(from).await?.clips)
        }
        Asked::End { household, proven } => {
            let with = named(&household)?;
            proof::demand(app, session, proven).await?;
            keeper(KeeperCommand::End(with)).await?;
            say!("clips-ended")
        }
        Asked::Offer { gigabytes } => {
            let offered = bytes(&gigabytes)?;
            keeper(KeeperCommand::Offer(offered)).await?;
            match offered {
                0 => say!("clips-offers-none"),
                bytes => say!("clips-offers", size = words::size(bytes)),
            }
        }
    })
}

fn named(household: &str) -> Result<HouseholdId> {
    household.parse().map_err(|e: IdError| {
        Error::new(ErrorKind::Invalid, say!("clips-choose-neighbour")).because(e)
    })
}

fn bytes(gigabytes: &str) -> Result<u64> {
    let many = gigabytes.trim().parse().ok();
    let many = many.filter(|many: &u64| *many <= MOST_GIGABYTES);
    many.map(|many| many * GIGABYTE)
        .ok_or_else(|| Error::new(ErrorKind::Invalid, say!("clips-whole-gigabytes")))
}

impl Page {
    async fn look(app: &App, session: Kept, all: bool) -> Result<Self> {
        let look = app.look(move |household, now| {
            let mut given = household.given();
            given.sort_by_key(|view| (std::cmp::Reverse(view.grant.issued), view.id));
            let most = if all { given.len() } else { SHOWN };
            let hidden = given.len().saturating_sub(most);
            given.truncate(most);
            let views = household.clips();
            let to = given
                .iter()
                .flat_map(|view| [Some(view.grant.to), view.fetched_from]);
            let names = Names::of(household, to.flatten());
            let clips = given.iter().map(|view| view.grant.clip);
            let clips = clips.map(|clip| (clip, clip_words(&views, clip, &names, now)));
            Look {
                status: household.status(now),
                members: household.members(),
                clips: clips.collect(),
                given,
                names,
                keepers: household.keepers(),
                room: household.room(),
                hidden,
                now,
            }
        });
        Ok(Self::new(app, session, look.await?))
    }

    fn new(app: &App, session: Kept, look: Look) -> Self {
        let Look {
            status,
            members,
            given,
            clips,
            names,
            keepers,
            room: (offered, leased),
            hidden,
            now,
        } = look;
        let (ours, theirs): (Vec<_>, Vec<_>) = keepers
            .iter()
            .partition(|view| view.direction == Direction::OursThere);
        let card = |view: &&KeeperView| KeeperCard::new(view, now);
        let neighbours = members.iter().filter(|member| !member.me);
        let grants = given
            .iter()
            .zip(clips)
            .map(|(view, (clip, words))| GrantCard {
                clip: clip.to_string(),
                clip_words: words,
                grant: GrantRow::new(view, &names, now),
            });
        let offer_words = match (offered, leased) {
            (0, 0) => say!("clips-keeps-none"),
            (offered, leased) => say!(
                "clips-keeps",
                size = words::size(offered),
                leased = words::size(leased)
            ),
        };
        Self {
            asks: status.locked || !proof::is_fresh(app, session),
            locked: status.locked,
            frame: Frame::of(&status, app.handle.disk(), "clips"),
            notice: None,
            wrong: None,
            grants: grants.collect(),
            hidden,
            keepers: ours.iter().map(card).collect(),
            kept_for: theirs.iter().map(card).collect(),
            neighbours: neighbours
                .map(|member| Choice {
                    value: member.household.to_string(),
                    label: member.name.to_string(),
                    hint: String::new(),
                    chosen: false,
                })
                .collect(),
            offer_words,
            offered_gigabytes: offered / GIGABYTE,
        }
    }
}

/// What is to be said of a lease, and what to do.
fn advice(state: KeeperState) -> Option<String> {
    Some(match state {
        KeeperState::Lied => say!("clips-keeper-lied"),
        KeeperState::Lost => say!("clips-keeper-lost"),
        KeeperState::Forked => say!("clips-keeper-forked"),
        KeeperState::LedgerRefused => say!("clips-keeper-ledger-refused"),
        KeeperState::LedgerCut => say!("clips-keeper-ledger-cut"),
        KeeperState::Ending => say!("clips-keeper-ending"),
        KeeperState::Full => say!("clips-keeper-full"),
        KeeperState::Small => say!("clips-keeper-small"),
        KeeperState::Good => return None,
    })
}

impl KeeperCard {
    fn new(view: &KeeperView, now: Timestamp) -> Self {
        let name = view.name.as_ref().map(ToString::to_string);
        Self {
            household: view.household.to_string(),
            name: name.unwrap_or_else(|| say!("words-gone-within")),
            copies: say!(
                "clips-held",
                clips = words::clips(view.clips),
                held = words::size(view.held),
                room = words::size(view.bytes)
            ),
            until: Moment::new(view.until, now),
            checked: view.last_checked.map(|at| Moment::new(at, now)),
            wrong: view.state.is_wrong(),
            advice: advice(view.state),
            let_go: view
                .let_go
                .map(|gone| (gone.clips, Moment::new(gone.until, now))),
        }
    }
}
