//! Films of a real muxer, seen through a real player.
//!
//! Where `ffmpeg` is missing these tests are skipped, and say so.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::*;
use crate::camera::film::{Series, Sound};

/// Two seconds of pictures and sound, with metadata wherever ffmpeg can put it.
const TOLD: &str = "-f lavfi -i testsrc2=s=160x120:r=25:d=2 -f lavfi -i sine=r=48000:d=2 \
    -metadata location=+48.1372+011.5755/ -metadata title=ElmLane -metadata model=Porchcam \
    -metadata creation_time=2024-05-06T07:08:09Z -movflags +use_metadata_tags";

/// How films are made: a name, and what is added to [`TOLD`].
const FILMS: [(&str, &str); 7] = [
    ("index_last.mp4", "-c:v libx264 -bf 3 -c:a aac"),
    (
        "index_first.mp4",
        "-c:v libx264 -c:a aac -movflags +faststart+use_metadata_tags",
    ),
    ("no_sound.mp4", "-map 0:v -c:v libx264"),
    (
        "time_code.mov",
        "-c:v libx264 -c:a aac -timecode 12:34:56:00",
    ),
    ("plain_sound.mov", "-c:v libx264 -c:a pcm_s16le"),
    (
        "two_sounds.mp4",
        "-map 0:v -map 1:a -map 1:a -c:v libx264 -c:a aac",
    ),
    ("mpeg4.mp4", "-c:v mpeg4 -c:a aac"),
];

#[test]
fn every_film_plays_the_same_after_cleaning() -> Outcome {
    let Some(bench) = Bench::new()? else {
        return Ok(());
    };
    for (name, how) in FILMS {
        bench.make(name, how)?;
        bench.check(name)?;
    }
    Ok(())
}

#[test]
fn edits_play_the_same_after_cleaning() -> Outcome {
    let Some(bench) = Bench::new()? else {
        return Ok(());
    };
    bench.make("whole.mp4", "-c:v libx264 -bf 2 -c:a aac")?;
    bench.ffmpeg("-ss 0.7 -i whole.mp4 -c copy cut.mp4")?;
    bench.check("cut.mp4")?;
    bench.ffmpeg("-i whole.mp4 -itsoffset 0.4 -i whole.mp4 -map 0:v -map 1:a -c copy late.mp4")?;
    bench.check("late.mp4")
}

#[test]
fn a_padded_film_still_plays() -> Outcome {
    let Some(bench) = Bench::new()? else {
        return Ok(());
    };
    fs::write(bench.path("source.mp4"), PORCH)?;
    let mut film = CleanFilm::read(File::open(bench.path("source.mp4"))?)?.padded(|_| 20_000);
    io_copy(&mut film, &bench.path("padded.mp4"))?;
    assert_eq!(bench.frames("source.mp4")?, bench.frames("padded.mp4")?);
    Ok(())
}

#[test]
fn the_advice_for_a_film_in_fragments_helps() -> Outcome {
    let Some(bench) = Bench::new()? else {
        return Ok(());
    };
    bench.make(
        "in.mp4",
        "-c:v libx264 -c:a aac -movflags frag_keyframe+empty_moov",
    )?;
    assert!(matches!(bench.advised()?, FilmError::Fragmented));
    bench.check("out.mp4")
}

#[test]
fn the_advice_for_a_long_film_helps() -> Outcome {
    let Some(bench) = Bench::new()? else {
        return Ok(());
    };
    bench.ffmpeg(
        "-f lavfi -i testsrc2=s=64x48:r=10:d=130 -f lavfi -i sine=d=130 \
         -c:v libx264 -preset ultrafast -c:a aac in.mp4",
    )?;
    assert!(matches!(bench.advised()?, FilmError::TooLong { .. }));
    bench.check("out.mp4")
}

#[test]
fn a_long_recording_plays_the_same_in_parts() -> Outcome {
    let Some(bench) = Bench::new()? else {
        return Ok(());
    };
    bench.ffmpeg(
        "-f lavfi -i testsrc2=s=64x48:r=10:d=290 -f lavfi -i sine=d=290 \
         -c:v libx264 -preset veryfast -g 70 -bf 2 -c:a aac long.mp4",
    )?;
    assert_eq!(bench.parts("long.mp4")?, 3);
    let mut frames = Vec::new();
    for number in 0..3 {
        frames.extend(bench.pictures(&format!("{number}-long.mp4"))?);
    }
    assert!(frames == bench.pictures("long.mp4")?);
    Ok(())
}

#[test]
fn films_in_fragments_play_the_same_with_one_index() -> Outcome {
    let Some(bench) = Bench::new()? else {
        return Ok(());
    };
    // As recorders stream them: with and without the base of a fragment, and beginning late.
    for (name, how) in [
        ("plain.mp4", "frag_keyframe+empty_moov"),
        ("based.mp4", "frag_keyframe+empty_moov+default_base_moof"),
        ("delayed.mp4", "frag_every_frame+delay_moov"),
    ] {
        bench.make(
            name,
            &format!("-c:v libx264 -g 10 -bf 2 -c:a aac -movflags {how}"),
        )?;
        assert_eq!(bench.parts(name)?, 1);
        let whole = format!("0-{name}");
        let pictures = bench.pictures(name)?;
        assert!(
            pictures.len() == 50 && bench.pictures(&whole)? == pictures,
            "{name}"
        );
    }
    Ok(())
}

/// A directory to make films in.
struct Bench(TempDir);

impl Bench {
    /// None, with a word about it, where `ffmpeg` cannot be run.
    #[expect(
        clippy::print_stderr,
        reason = "a test that checks nothing must say so"
    )]
    fn new() -> Result<Option<Self>, Box<dyn Error>> {
        if Command::new("ffmpeg").arg("-version").output().is_err() {
            eprintln!("skipped: there is no ffmpeg on this machine");
            return Ok(None);
        }
        Ok(Some(Self(TempDir::new()?)))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn make(&self, name: &str, how: &str) -> Outcome {
        self.ffmpeg(&format!("{TOLD} {how} {name}"))
    }

    fn ffmpeg(&self, arguments: &str) -> Outcome {
        self.run("ffmpeg", &format!("-v error -nostdin -y {arguments}"))
            .map(drop)
    }

    fn run(&self, program: &str, arguments: &str) -> Result<String, Box<dyn Error>> {
        let mut command = Command::new(program);
        let output = command
            .current_dir(self.0.path())
            .args(arguments.split_whitespace())
            .output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("{program} {arguments}: {said}").into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Digests, times and durations of all decoded pictures and sound.
    fn frames(&self, name: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let all = self.run(
            "ffmpeg",
            &format!("-v error -i {name} -map 0:v -map 0:a? -f framemd5 -"),
        )?;
        Ok(all
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect())
    }

    /// Digests of all decoded pictures.
    fn pictures(&self, name: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let frames = self.frames(name)?;
        let pictures = frames.iter().filter(|line| line.starts_with("0,"));
        let digests = pictures.map(|line| line.rsplit(',').next().unwrap_or_default());
        Ok(digests.map(|digest| digest.trim().to_owned()).collect())
    }

    /// Writes each part of the recording `name` as a film, and tells how many there are.
    fn parts(&self, name: &str) -> Result<usize, Box<dyn Error>> {
        let mut series = Series::read(File::open(self.path(name))?, Sound::Kept)?;
        for number in 0..series.len() {
            let mut part = series.part(number)?.ok_or("a part is missing")?;
            io_copy(&mut part, &self.path(&format!("{number}-{name}")))?;
        }
        Ok(series.len())
    }

    /// Cleans the film `name`, and checks that it plays as before and tells nothing.
    fn check(&self, name: &str) -> Outcome {
        let mut film = CleanFilm::read(File::open(self.path(name))?)?;
        let length = film.len();
        io_copy(&mut film, &self.path("clean.mp4"))?;
        let cleaned = fs::read(self.path("clean.mp4"))?;
        assert_eq!(cleaned.len() as u64, length, "{name}");
        assert_eq!(
            top_level(&cleaned)?,
            [Ftyp::KIND, Moov::KIND, Mdat::KIND],
            "{name}"
        );
        assert!(clean(&cleaned)? == cleaned, "{name}");
        for secret in ["48.1372", "ElmLane", "Porchcam", "12:34:56"] {
            assert!(!holds(&cleaned, secret.as_bytes()), "{name} tells {secret}");
        }
        let before = self.frames(name)?;
        assert!(before.len() > 40, "{name} has frames");
        assert_eq!(before, self.frames("clean.mp4")?, "{name}");

        let entries = "-v error -show_entries format_tags:stream_tags -of default=nw=1 clean.mp4";
        let allowed = [
            "language",
            "major_brand",
            "minor_version",
            "compatible_brands",
            "vendor_id",
        ];
        for tag in self.run("ffprobe", entries)?.lines() {
            let tag = tag.trim_start_matches("TAG:");
            let known = tag
                .split_once('=')
                .is_some_and(|(key, _)| allowed.contains(&key));
            assert!(known, "{name} tells {tag}");
            assert!(
                !tag.starts_with("vendor_id") || tag == "vendor_id=[0][0][0][0]",
                "{tag}"
            );
        }
        Ok(())
    }

    /// Why `in.mp4` is refused; what the text advises has then been run.
    fn advised(&self) -> Result<FilmError, Box<dyn Error>> {
        let refusal = refusal(&fs::read(self.path("in.mp4"))?)?;
        let text = refusal.to_string();
        let (_, advice) = text.split_once("ffmpeg ").ok_or("no advice")?;
        self.ffmpeg(advice)?;
        Ok(refusal)
    }
}

fn io_copy(film: &mut impl Read, to: &Path) -> Outcome {
    std::io::copy(film, &mut File::create(to)?)?;
    Ok(())
}
