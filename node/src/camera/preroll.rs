//! The last seconds of a camera in memory, and the pieces that become clips when something happens.
//!
//! Pictures are held in groups, each from one key picture to the next. While nothing happens the oldest groups go, as soon
//! as the rest is long enough. Once something happens, what is held is the beginning of a recording, and goes on in pieces
//! of at most ten seconds (decision 13) until some time after the last sign. All of it is bounded in bytes.

use std::collections::VecDeque;
use std::time::Duration;

use streetlamp_proto::time::Timestamp;

use super::film::{Coding, SoundCoding, Takes};
use super::stream::{Heard, Picture};

/// How much is kept from before something happens.
const BEFORE: Duration = Duration::from_secs(5);
/// How long a piece is, if key pictures come often enough.
const PIECE: Duration = Duration::from_secs(10);
/// How long a piece is at most, of a camera that sends key pictures seldom: a clip is no longer than two minutes.
const LONGEST: Duration = Duration::from_secs(100);
/// Most bytes in memory: ten seconds at 25 Mbit/s.
const BYTES: usize = 32 * 1024 * 1024;

/// What a picture costs beside its bytes.
const OVERHEAD: usize = 64;

/// Pictures from one key picture to the next, and the sound that came meanwhile.
#[derive(Debug)]
struct Group {
    began: Timestamp,
    pictures: Vec<Picture>,
    heard: Vec<Heard>,
}

/// What is held of a camera.
#[derive(Debug)]
pub struct PreRoll {
    coding: Coding,
    sound: Option<SoundCoding>,
    groups: VecDeque<Group>,
    bytes: usize,
}

/// A piece of a recording, to be sealed.
#[derive(Debug)]
pub struct Piece {
    /// When its first picture came.
    pub began: Timestamp,
    /// How it is coded.
    pub coding: Coding,
    /// How its sound is coded, if it has any.
    pub sound: Option<SoundCoding>,
    /// Its pictures and its sound.
    pub takes: Takes,
}

impl PreRoll {
    /// Nothing yet of a stream that is coded so.
    pub const fn new(coding: Coding, sound: Option<SoundCoding>) -> Self {
        Self {
            coding,
            sound,
            groups: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Takes the next picture; gives a piece that is whole. `recording` is whether something happens, or did just now.
    pub fn take(&mut self, picture: Picture, now: Timestamp, recording: bool) -> Option<Piece> {
        let mut whole = None;
        if picture.key {
            let held = self.lasts(picture.at);
            let last = self.groups.back().and_then(|group| group.pictures.first());
            let next = last.map_or(Duration::ZERO, |first| self.span(first.at, picture.at));
            if recording && (held + next > PIECE || self.bytes > BYTES / 2) {
                whole = self.flush();
            }
            self.groups.push_back(Group {
                began: now,
                pictures: Vec::new(),
                heard: Vec::new(),
            });
        }
        let at = picture.at;
        // What comes before the first key picture shows nothing.
        if let Some(group) = self.groups.back_mut() {
            self.bytes += cost(&picture);
            group.pictures.push(picture);
        }
        if !recording {
            self.forget(at);
        } else if whole.is_none() && (self.bytes > BYTES || self.lasts(at) >= LONGEST) {
            whole = self.flush();
        }
        whole
    }

    /// Takes the next piece of sound. What does not fit into memory any more is not heard.
    pub fn hear(&mut self, heard: Heard) {
        let cost = heard.data.len() + OVERHEAD;
        if let Some(group) = self.groups.back_mut()
            && self.bytes + cost <= BYTES
        {
            self.bytes += cost;
            group.heard.push(heard);
        }
    }

    /// Everything that is held, as a piece.
    pub fn flush(&mut self) -> Option<Piece> {
        self.bytes = 0;
        let groups = std::mem::take(&mut self.groups);
        let began = groups.front()?.began;
        let mut takes = Takes::default();
        for picture in groups.iter().flat_map(|group| &group.pictures) {
            takes.push(&picture.data, picture.key, picture.at);
        }
        for heard in groups.iter().flat_map(|group| &group.heard) {
            takes.hear(&heard.data, heard.at);
        }
        Some(Piece {
            began,
            coding: self.coding.clone(),
            sound: self.sound.clone(),
            takes,
        })
    }

    /// Lets the oldest groups go that are not needed any more.
    fn forget(&mut self, now: i64) {
        while let Some(second) = self.groups.get(1).and_then(|group| group.pictures.first())
            && (self.span(second.at, now) >= BEFORE || self.bytes > BYTES)
        {
            self.drop_first();
        }
        // Without another key picture all of it goes, up to the next one.
        if self.bytes > BYTES || self.lasts(now) >= LONGEST {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        let Some(group) = self.groups.pop_front() else {
            return;
        };
        let heard = group.heard.iter().map(|heard| heard.data.len() + OVERHEAD);
        self.bytes -= heard.sum::<usize>() + group.pictures.iter().map(cost).sum::<usize>();
    }

    /// How long it is from the first picture to this time.
    fn lasts(&self, now: i64) -> Duration {
        let first = self.groups.front().and_then(|group| group.pictures.first());
        first.map_or(Duration::ZERO, |first| self.span(first.at, now))
    }

    fn span(&self, from: i64, to: i64) -> Duration {
        let ticks = u64::try_from(to.saturating_sub(from)).unwrap_or(0);
        let micros = ticks.saturating_mul(1_000_000) / u64::from(self.coding.clock.max(1));
        Duration::from_micros(micros)
    }
}

/// What a picture costs in memory, in bytes.
const fn cost(picture: &Picture) -> usize {
    picture.data.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pre_roll() -> PreRoll {
        PreRoll::new(
            Coding {
                entry: Vec::new(),
                width: 0,
                height: 0,
                clock: 10,
            },
            None,
        )
    }

    /// Ten pictures a second, a key picture every second.
    fn picture(number: i64, bytes: usize) -> Picture {
        Picture {
            data: vec![0; bytes],
            key: number % 10 == 0,
            at: number,
        }
    }

    fn at(number: i64) -> Timestamp {
        Timestamp::from_ms(1_000_000 + u64::try_from(number).unwrap() * 100)
    }

    #[test]
    fn while_nothing_happens_only_the_last_seconds_are_held() {
        let mut held = pre_roll();
        for number in 0..1_000 {
            assert!(held.take(picture(number, 100), at(number), false).is_none());
            assert!(held.bytes <= 61 * (100 + OVERHEAD), "six seconds at most");
        }
        let piece = held.flush().unwrap();
        assert_eq!(piece.began, at(940));
    }

    #[test]
    fn a_recording_goes_on_in_pieces_of_ten_seconds_from_before_it_began() {
        let mut held = pre_roll();
        let mut began = Vec::new();
        for number in 3..400 {
            let piece = held.take(picture(number, 100), at(number), number >= 155);
            began.extend(piece.map(|piece| piece.began));
        }
        assert_eq!(began, [at(100), at(200)]);
        assert_eq!(held.flush().unwrap().began, at(300));
    }

    #[test]
    fn a_camera_that_sends_key_pictures_seldom_makes_no_piece_that_is_too_long_to_be_a_clip() {
        let seldom = |number: i64| Picture {
            key: number % 3_000 == 0,
            ..picture(number, 100)
        };
        let mut held = pre_roll();
        for number in 0..9_000 {
            let piece = held.take(seldom(number), at(number), number >= 4_500);
            assert!(piece.is_none() || number >= 4_500);
            assert!(held.lasts(number) < LONGEST);
        }
        let mut held = pre_roll();
        let pieces = (0..9_000).filter_map(|number| held.take(seldom(number), at(number), true));
        let began: Vec<_> = pieces.map(|piece| piece.began).collect();
        assert_eq!(began, [at(0), at(3_000), at(6_000)]);
    }

    #[test]
    fn a_camera_that_floods_or_never_sends_a_key_picture_costs_bounded_memory() {
        for recording in [false, true] {
            let mut held = pre_roll();
            held.take(picture(0, 1), at(0), recording);
            for _ in 0..300 {
                held.take(picture(1, 1024 * 1024), at(1), recording);
                held.hear(Heard {
                    data: vec![0; 1024 * 1024],
                    at: 1,
                });
                assert!(held.bytes <= BYTES + 2 * 1024 * 1024);
            }
        }
    }
}
