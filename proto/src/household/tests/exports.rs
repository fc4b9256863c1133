//! The papers of an export: what an outsider can check alone, and everything that must not pass.

use super::super::*;
use super::messages::papers;
use super::world::World;
use crate::clip::ClipId;
use crate::export::{ExportedFilm, FilmId, Papers, PapersError};
use crate::identity::{DeviceCert, Role, Roles};
use crate::ledger::Act;
use crate::signed::Signed;
use crate::wire::limits::PAPERS_BYTES;

/// A home that exported a clip to somebody outside, and another clip of it.
fn exported() -> (World, ClipId, Papers) {
    let mut world = World::new(&["Ada", "Ben"]);
    let (clip, _) = world.add_clip(0, b"film");
    world.unlock(0);
    let outsider = world.homes[1].engine.me().recovery.clone();
    let papers = papers(&mut world, clip, Leaving::Sealed(outsider.into()));
    (world, clip, papers)
}

#[test]
fn papers_of_an_export_hold_and_name_household_clip_and_reader() {
    let (world, clip, papers) = exported();
    let read = Papers::from_bytes(&papers.to_bytes()).unwrap();
    assert_eq!(read, papers);
    assert_eq!(read.verify(), Ok(world.household(0)));
    assert_eq!(read.manifest.statement().clip, clip);
    let outsider = world.homes[1].engine.me().recovery.clone();
    assert_eq!(read.to(), Some(&outsider.into()));
    assert!(papers.to_bytes().len() <= PAPERS_BYTES);
}

#[test]
fn papers_with_any_bit_turned_do_not_hold() {
    let (_, _, papers) = exported();
    let bytes = papers.to_bytes();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        let holds = Papers::from_bytes(&altered).and_then(|papers| papers.verify());
        assert!(holds.is_err(), "byte {at}");
    }
    assert_eq!(
        Papers::from_bytes(&[&bytes[..], &[0]].concat()),
        Err(PapersError::Unreadable)
    );
}

#[test]
fn papers_pieced_together_from_two_households_or_two_exports_do_not_hold() {
    let (mut world, clip, whole) = exported();
    let (second, _) = world.add_clip(0, b"another film");
    let other = papers(&mut world, second, Leaving::Film(None));
    let again = papers(&mut world, clip, Leaving::Film(None));
    let ben = world.homes[1].engine.me();
    let fault = |change: &dyn Fn(&mut Papers)| {
        let mut pieced = whole.clone();
        change(&mut pieced);
        pieced.verify().unwrap_err()
    };
    assert_eq!(
        fault(&|p| p.card = Signed::sign(p.card.statement().clone(), &ben.device)),
        PapersError::Card
    );
    assert_eq!(fault(&|p| p.card = ben.card.clone()), PapersError::Recorder);
    assert_eq!(
        fault(&|p| p.recorder = ben.cert.clone()),
        PapersError::Recorder
    );
    let forged = |p: &Papers| Signed::sign(p.manifest.statement().clone(), &ben.device);
    assert_eq!(fault(&|p| p.manifest = forged(p)), PapersError::Recorder);
    assert_eq!(
        fault(&|p| p.exporter = ben.cert.clone()),
        PapersError::Exporter
    );
    assert_eq!(
        fault(&|p| p.manifest = other.manifest.clone()),
        PapersError::OtherEntry
    );
    assert_eq!(
        fault(&|p| p.entry = other.entry.clone()),
        PapersError::Ledger
    );
    assert_eq!(fault(&|p| p.head = other.head.clone()), PapersError::Ledger);
    assert_eq!(fault(&|p| p.film = other.film.clone()), PapersError::Film);
    assert_eq!(fault(&|p| p.film = again.film.clone()), PapersError::Film);
}

#[test]
fn a_device_without_the_role_makes_no_papers_that_hold() {
    let (world, _, whole) = exported();
    let root = world.root(0);
    let ada = world.homes[0].engine.me();
    let limited = |role| {
        root.certify(DeviceCert {
            roles: Roles::of(&[role]),
            ..ada.cert.statement().clone()
        })
    };
    let mut pieced = whole.clone();
    pieced.recorder = limited(Role::Grant);
    assert_eq!(pieced.verify(), Err(PapersError::Recorder));
    let mut pieced = whole;
    pieced.exporter = limited(Role::Record);
    assert_eq!(pieced.verify(), Err(PapersError::Exporter));
}

#[test]
fn an_entry_that_is_no_export_makes_no_papers() {
    let (world, clip, mut papers) = exported();
    papers.entry.act = Act::Open { clip };
    let mut head = papers.head.statement().clone();
    head.hash = papers.entry.hash();
    papers.head = Signed::sign(head, &world.homes[0].engine.me().device);
    assert_eq!(papers.verify(), Err(PapersError::OtherEntry));
}

#[test]
fn a_film_is_stated_by_an_unlocked_home_about_its_own_clips_only() {
    let (mut world, clip, papers) = exported();
    let film = |clip| {
        Command::SignFilm(ExportedFilm {
            clip,
            entry: papers.entry.hash(),
            film: FilmId::from_bytes([8; 32]),
            len: 4,
            muted: false,
            hidden: 0,
        })
    };
    let foreign = ClipId::from_bytes([9; 32]);
    assert_eq!(
        world.command(0, film(foreign)).unwrap_err(),
        Failure::Unknown("clip")
    );
    world.command(0, Command::Lock).unwrap();
    assert_eq!(world.command(0, film(clip)).unwrap_err(), Failure::Locked);
}
