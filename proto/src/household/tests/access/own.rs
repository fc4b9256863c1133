//! What a household can want of its own node.

use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::super::super::*;
use super::super::alerts::draft;
use super::super::in_the_open::nearby;
use super::cast::Cast;
use crate::alert::Act;
use crate::clip::{ClipId, Sealer};
use crate::export::{ExportedFilm, FilmId};
use crate::grant::Purpose;
use crate::identity::Name;
use crate::ledger::EntryHash;
use crate::recipient::ExportRecipient;
use crate::street::{Door, Introduction};
use crate::text::Line;

/// A clip that was just sealed.
fn new_clip(cast: &Cast) -> NewClip {
    let owners = cast.stranger().owners();
    let (header, mut sealer) = Sealer::new(&mut ChaCha20Rng::seed_from_u64(3), &owners).unwrap();
    let mut bytes = Vec::new();
    sealer.write(b"a film", &mut bytes).unwrap();
    let sealed = sealer.finish(&mut bytes);
    NewClip {
        clip: ClipId::from_bytes(*blake3::hash(&bytes).as_bytes()),
        sealed_len: sealed.sealed_len,
        key_commit: sealed.key_commit,
        header,
        recorded: cast.now(),
        duration_ms: 1_000,
        camera: Name::clean("Porch").unwrap(),
    }
}

/// One command of every kind of action, and more than one where it matters.
pub(super) fn commands(cast: &Cast) -> Vec<Command> {
    let (clip, to) = (cast.later, cast.neighbour());
    let name = |text| Name::clean(text).unwrap();
    let reason = || Line::clean("Nobody lives there").unwrap();
    let film = ExportedFilm {
        clip,
        entry: EntryHash::START,
        film: FilmId::from_bytes([8; 32]),
        len: 90_000,
        muted: true,
        hidden: 1,
    };
    let introduction = Introduction {
        name: name("Elm Street"),
        keys: vec![],
    };
    let door = Door {
        device: cast.stranger().device_id(),
        addresses: vec![],
    };
    vec![
        Command::Open(clip),
        Command::Give {
            clip,
            to,
            purpose: Purpose::clean("You asked").unwrap(),
            until: None,
        },
        Command::Export {
            clip,
            leaving: Leaving::Film(None),
        },
        Command::Export {
            clip,
            leaving: Leaving::Sealed(ExportRecipient::X25519(cast.stranger().recovery.clone())),
        },
        Command::SignFilm(film),
        Command::AddClip(Box::new(new_clip(cast))),
        Command::PostAlert(draft("Ours")),
        Command::PostAlert(nearby("Ours, nearby")),
        Command::FollowUp {
            alert: cast.alert,
            change: Change::Act(Act::Resolve),
        },
        Command::Vouch(cast.new_neighbour()),
        Command::Remove {
            household: to,
            reason: reason(),
        },
        Command::Link(Box::new(introduction)),
        Command::Unlink(name("Oak Street")),
        Command::Knock {
            cell: None,
            greeting: Line::clean("Hello").unwrap(),
            life: Duration::from_secs(3_600),
        },
        Command::Join(Box::new(cast.tickets[0].clone())),
        Command::Return(door),
        Command::Invite {
            street: None,
            life: Duration::from_secs(3_600),
        },
        Command::Mute {
            household: to,
            muted: true,
        },
        Command::DeleteClip(clip),
        Command::Keeper(KeeperCommand::Offer(1)),
        Command::Directory(DirectoryCommand::AskDomains(false)),
        Command::Look,
        Command::Lock,
        Command::Leave(None),
    ]
}
