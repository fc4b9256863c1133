//! What happened on the street in the days before it is looked at.
//!
//! The nodes run once for each scene, with clocks that stood then: everything is signed at the time that it bears, by the
//! home that said it, and the rules judged it. What has expired since is gone from every home, as it would be.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::time::Duration;

use futures::future::{join_all, try_join_all};
use streetlamp_proto::alert::{Act, Kind, Urgency};
use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{Answer, Change, Command, Draft};
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire::limits::URGENT_PER_HOUR;
use zeroize::Zeroizing;

use super::household::{Household, line, prose};
use super::{CELL, FILM, PASSPHRASE};
use crate::camera::{Settings, Source};
use crate::error::{Error, ErrorKind, Result};
use crate::node::{Core, NodeHandle};

const HOUR: u64 = 3_600;
/// How long anything may take to get around a street of one machine. What is late comes when homes catch up.
const PATIENCE: Duration = Duration::from_secs(15);
/// Homes that are connected need this long to know what each listens to.
const ACQUAINTED: Duration = Duration::from_millis(700);
/// Between two looks.
const AGAIN: Duration = Duration::from_millis(50);
/// How the camera is called.
const CAMERA: &str = "Porch";

/// The homes by what they do in the story.
const ADA: usize = 0;
const BEN: usize = 1;
const CARLA: usize = 2;
const DORA: usize = 3;

/// What a home does in a scene. Alerts are named by their place among all that were posted.
enum Deed {
    Post {
        who: usize,
        kind: Kind,
        urgency: Urgency,
        title: &'static str,
        text: &'static str,
        hours: u64,
        /// Whether it offers the last clip.
        with_clip: bool,
    },
    Comment(usize, usize, &'static str),
    Confirm(usize, usize),
    Resolve(usize, usize),
    Cancel(usize, usize, &'static str),
    /// The camera films.
    Film(usize),
    /// Gives the last clip to a neighbour.
    Give(usize, usize, &'static str),
}

use Deed::{Cancel, Comment, Confirm, Film, Give, Post, Resolve};

/// When, in minutes before now, and what.
const STORY: &[(u64, &[Deed])] = &[
    (
        6 * 24 * 60 + 95,
        &[Post {
            who: BEN,
            kind: Kind::LostPet,
            urgency: Urgency::HeadsUp,
            title: "Grey cat, white paws",
            text: "Answers to Miso. Last seen by the bins. Please look into sheds and cellars.",
            hours: 14 * 24,
            with_clip: false,
        }],
    ),
    (
        5 * 24 * 60 + 20 * 60,
        &[
            Confirm(CARLA, 0),
            Comment(
                CARLA,
                0,
                "She sat on our wall and then went towards the school.",
            ),
        ],
    ),
    (
        2 * 24 * 60 + 22 * 60,
        &[
            Film(ADA),
            Post {
                who: DORA,
                kind: Kind::BreakIn,
                urgency: Urgency::Urgent,
                title: "Cellar door forced at number 20",
                text: "It was shut this morning. Two bicycles are gone. The police know. Please look whether your cellar is shut.",
                hours: 72,
                with_clip: false,
            },
        ],
    ),
    (
        2 * 24 * 60 + 20 * 60,
        &[
            Confirm(BEN, 1),
            Comment(
                ADA,
                1,
                "My porch camera looks that way. I gave you the clip.",
            ),
            Give(ADA, DORA, "cellar door, for you and the police"),
        ],
    ),
    (
        33 * 60,
        &[
            Post {
                who: ADA,
                kind: Kind::Outage,
                urgency: Urgency::HeadsUp,
                title: "Power is out on the even side",
                text: "From number 10 to the corner. The utility says two hours.",
                hours: 48,
                with_clip: false,
            },
            Confirm(DORA, 2),
            Post {
                who: CARLA,
                kind: Kind::Fire,
                urgency: Urgency::Urgent,
                title: "Smoke from the roof of number 9",
                text: "I have called the emergency number.",
                hours: 48,
                with_clip: false,
            },
        ],
    ),
    (
        31 * 60,
        &[
            Resolve(ADA, 2),
            Cancel(
                CARLA,
                3,
                "It was the new wood stove. The fire brigade looked, all is well.",
            ),
        ],
    ),
    (
        50,
        &[
            Film(ADA),
            Post {
                who: ADA,
                kind: Kind::Theft,
                urgency: Urgency::HeadsUp,
                title: "Parcel taken from the porch of number 12",
                text: "A white van stopped for a minute. If you miss something, too, ask me for the clip.",
                hours: 24,
                with_clip: true,
            },
            Post {
                who: DORA,
                kind: Kind::Road,
                urgency: Urgency::Info,
                title: "Elm Lane closed for cars for half a day",
                text: "They mend the water main in front of number 20.",
                hours: 6,
                with_clip: false,
            },
            Comment(
                BEN,
                4,
                "Mine is gone as well. I would like to see the clip.",
            ),
        ],
    ),
];

/// What the scenes so far left to speak of.
#[derive(Default)]
struct Told {
    alerts: Vec<StatementId>,
    clip: Option<ClipId>,
}

/// Founds the street and lets its story happen.
///
/// # Errors
/// If a node does not start, or the rules refuse something.
pub(super) async fn tell(
    households: &[Household],
    now: Timestamp,
    says: &impl Fn(&str),
) -> Result<()> {
    says("Founding Elm Lane");
    let founded = now.before(Duration::from_secs(8 * 24 * HOUR));
    let cores = start(households, founded).await?;
    found(&cores).await?;
    end(cores).await?;
    let mut told = Told::default();
    for (minutes, deeds) in STORY {
        let then = now.before(Duration::from_secs(minutes * 60));
        says(&format!("Living through {}", crate::when::readable(then)));
        let cores = start(households, then).await?;
        soon(all_see(&cores, |household, now, homes| {
            household.status(now).neighbours_connected + 1 == homes
        }))
        .await;
        tokio::time::sleep(ACQUAINTED).await;
        for deed in *deeds {
            happen(&cores, deed, &mut told).await?;
        }
        soon(agree(&cores)).await;
        end(cores).await?;
    }
    Ok(())
}

async fn start(households: &[Household], then: Timestamp) -> Result<Vec<Core>> {
    try_join_all(
        households
            .iter()
            .map(|household| Box::pin(household.at(then))),
    )
    .await
}

async fn end(cores: Vec<Core>) -> Result<()> {
    let ending = cores.into_iter().map(|core| async move {
        core.handle.stop().await;
        let ended = core.driver.await;
        ended.map_err(|e| Error::new(ErrorKind::Internal, "a home failed").because(e))?
    });
    try_join_all(ending).await.map(drop)
}

/// The street, with everybody on it, each with two vouches as far as the rules want them.
async fn found(cores: &[Core]) -> Result<()> {
    let Some((founder, others)) = cores.split_first() else {
        return Ok(());
    };
    let cell = CELL
        .parse()
        .map_err(|e| Error::new(ErrorKind::Internal, "the demo lies nowhere").because(e))?;
    let found = Command::FoundStreet {
        name: line("Elm Lane")?,
        cell,
        urgent_per_hour: URGENT_PER_HOUR,
    };
    founder.handle.command(found).await?;
    for core in others {
        let invite = Command::Invite {
            street: None,
            life: Duration::from_secs(HOUR),
        };
        if let Answer::Ticket(ticket) = founder.handle.command(invite).await? {
            core.handle.command(Command::Join(ticket)).await?;
        }
    }
    soon(all_see(cores, |household, _, homes| {
        household.members().len() == homes
    }))
    .await;
    for voucher in others {
        for core in others {
            let vouch = Command::Vouch(core.handle.home().household());
            // Of oneself, or not needed any more.
            if let Err(error) = voucher.handle.command(vouch).await {
                tracing::debug!(%error, "no vouch");
            }
        }
    }
    soon(all_see(cores, |household, _, _| {
        household.members().iter().all(|member| !member.new)
    }))
    .await;
    Ok(())
}

async fn happen(cores: &[Core], deed: &Deed, told: &mut Told) -> Result<()> {
    let home = |who: usize| {
        let core = cores.get(who).map(|core| &core.handle);
        core.ok_or_else(|| Error::new(ErrorKind::Internal, "the demo lacks a home"))
    };
    let (who, alert, act) = match deed {
        Post {
            who,
            kind,
            urgency,
            title,
            text,
            hours,
            with_clip,
        } => {
            let draft = Draft {
                street: None,
                nearby: false,
                kind: *kind,
                urgency: *urgency,
                place: None,
                title: line(title)?,
                text: prose(text)?,
                happened: None,
                life: Duration::from_secs(hours * HOUR),
                clips: told.clip.filter(|_| *with_clip).into_iter().collect(),
            };
            if let Answer::Alert { alert, .. } =
                home(*who)?.command(Command::PostAlert(draft)).await?
            {
                told.alerts.push(alert);
            }
            return Ok(());
        }
        Film(who) => {
            let home = home(*who)?;
            let added = home
                .add_clip(Cursor::new(FILM), line(CAMERA)?, Some(home.now()))
                .await?;
            told.clip = Some(added.clip);
            return Ok(());
        }
        Give(who, to, purpose) => {
            let (owner, to) = (home(*who)?, home(*to)?.home().household());
            let Some(clip) = told.clip else {
                return Ok(());
            };
            let passphrase = Zeroizing::new(PASSPHRASE.to_owned());
            owner.unlock(passphrase, Duration::from_secs(60)).await?;
            let give = Command::Give {
                clip,
                to,
                purpose: prose(purpose)?,
                until: None,
            };
            return owner.command(give).await.map(drop);
        }
        Comment(who, alert, text) => (who, alert, Act::Comment(prose(text)?)),
        Confirm(who, alert) => (who, alert, Act::Confirm),
        Resolve(who, alert) => (who, alert, Act::Resolve),
        Cancel(who, alert, why) => (who, alert, Act::Cancel(Some(line(why)?))),
    };
    let Some(alert) = told.alerts.get(*alert).copied() else {
        return Ok(());
    };
    let home = home(*who)?;
    soon(sees(home, move |household, _| {
        household.alert(alert).is_some()
    }))
    .await;
    let change = Change::Act(act);
    home.command(Command::FollowUp { alert, change })
        .await
        .map(drop)
}

/// Waits until every home holds the same.
async fn agree(cores: &[Core]) {
    loop {
        let holdings = cores.iter().map(|core| {
            core.handle.read(|household, now| {
                let views = household.alerts(now).into_iter();
                let holds = views.map(|view| (view.id, format!("{:?}", view.thread)));
                holds.collect::<BTreeSet<_>>()
            })
        });
        let holdings: BTreeSet<_> = join_all(holdings)
            .await
            .into_iter()
            .filter_map(Result::ok)
            .collect();
        if holdings.len() <= 1 {
            return;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn all_see(
    cores: &[Core],
    seen: impl Fn(&streetlamp_proto::household::Household, Timestamp, usize) -> bool
    + Copy
    + Send
    + 'static,
) {
    let homes = cores.len();
    let seeing = cores.iter().map(|core| {
        sees(&core.handle, move |household, now| {
            seen(household, now, homes)
        })
    });
    join_all(seeing).await;
}

async fn sees(
    home: &NodeHandle,
    seen: impl Fn(&streetlamp_proto::household::Household, Timestamp) -> bool + Copy + Send + 'static,
) {
    while let Ok(false) = home.read(move |household, now| seen(household, now)).await {
        tokio::time::sleep(AGAIN).await;
    }
}

/// Waits for something, but not for ever.
pub(super) async fn soon(waited_for: impl Future<Output = ()>) {
    if tokio::time::timeout(PATIENCE, waited_for).await.is_err() {
        tracing::warn!("the street takes long to hear something; it will when homes catch up");
    }
}

/// A camera whose recorder writes into a folder.
pub(super) async fn set_up_camera(home: &NodeHandle, folder: &std::path::Path) -> Result<()> {
    let settings = Settings {
        covers: Vec::new(),
        source: Source::Watch {
            dir: folder.to_owned(),
            delete_originals: true,
        },
        sound: false,
        duty: crate::camera::Duty::default(),
        daily: 1_000_000_000,
    };
    home.add_camera(line(CAMERA)?, settings).await.map(drop)
}

#[cfg(test)]
mod tests {
    use streetlamp_proto::alert::{Comment as Remark, Reason, Text, Title};

    use super::*;

    #[test]
    fn the_story_speaks_of_what_was_told_before_by_homes_that_are_there_in_words_that_the_rules_take()
     {
        let (mut told, mut filmed, mut before) = (0, false, u64::MAX);
        for (minutes, deeds) in STORY {
            assert!(*minutes < before, "scenes are in order");
            before = *minutes;
            for deed in *deeds {
                match deed {
                    Post {
                        who,
                        title,
                        text,
                        hours,
                        with_clip,
                        ..
                    } => {
                        let _title: Title = line(title).unwrap();
                        let _text: Text = prose(text).unwrap();
                        assert!(
                            *who < *super::super::HOMES.start() && hours * 60 > *minutes,
                            "{title}"
                        );
                        assert!(filmed || !with_clip);
                        told += 1;
                    }
                    Film(_) => filmed = true,
                    Give(..) => assert!(filmed),
                    Comment(_, alert, text) => {
                        let _said: Remark = prose(text).unwrap();
                        assert!(*alert < told);
                    }
                    Cancel(_, alert, why) => {
                        let _said: Reason = line(why).unwrap();
                        assert!(*alert < told);
                    }
                    Confirm(_, alert) | Resolve(_, alert) => assert!(*alert < told),
                }
            }
        }
    }
}
