//! Of clips and their grants.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// `clip add`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AddedItem {
    pub clip: String,
    pub sealed_bytes: u64,
    pub duration_s: f64,
}

/// One of `clip list`, and `clip show`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ClipItem {
    pub clip: String,
    pub camera: String,
    pub recorded: Moment,
    pub duration_s: f64,
    pub sealed_bytes: u64,
    pub owner: String,
    pub mine: bool,
    /// Whether the sealed bytes are in this home.
    pub here: bool,
    pub granted_to: Vec<String>,
    pub keepers: Vec<String>,
    pub expires: Option<Moment>,
    pub pinned: bool,
    pub offered: bool,
    /// The device of this household that has it, if it was not recorded here.
    pub recorder: Option<String>,
}

/// `clip open`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Written {
    pub file: String,
    pub bytes: u64,
    pub ledger_seq: u64,
}

/// `clip keep`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Keeping {
    /// Days that own clips stay; nothing for good.
    pub days: Option<u32>,
    /// Sealed bytes of all own clips together; nothing for as many as fit.
    pub bytes: Option<u64>,
}

/// `clip pin` and `clip unpin`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Pinned {
    pub clip: String,
    pub pinned: bool,
}

/// `clip export`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Exported {
    pub file: String,
    pub bytes: u64,
    pub ledger_seq: u64,
    /// What lets an outsider check the file; null if the device that sealed the clip is not known here any more.
    pub manifest: Option<String>,
    /// The same in words.
    pub note: Option<String>,
    pub muted: bool,
    pub hidden: u32,
}

/// A statement about a film that was written under an export.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SignedFilm {
    /// The signed statement, in hexadecimal.
    pub film: String,
}

/// `clip verify`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    pub ok: bool,
    pub clip: String,
    pub household: String,
    /// How the household calls itself.
    pub name: String,
    pub device: String,
    /// When the recording began, by the device's clock.
    pub recorded: Moment,
    pub duration_s: f64,
    pub exported: Moment,
    pub ledger_seq: u64,
    /// The age recipient that it was exported to; null for a film in the open.
    pub to: Option<String>,
    /// Whether the file is the sealed clip itself; else it is a film that the household made from it.
    pub sealed: bool,
    pub muted: bool,
    pub hidden: u32,
    /// What is wrong.
    pub fault: Option<String>,
}

/// `clip delete`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Deleted {
    pub clip: String,
    /// The device of this household that still has it, if only the copy here was deleted.
    pub still_at: Option<String>,
}

/// `clip fetch`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Fetched {
    pub clip: String,
    pub bytes: u64,
    /// Who gave most of it.
    pub from: String,
    /// Who else gave some.
    pub also_from: Vec<String>,
}

/// `grant give` and `grant stop`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Granted {
    pub grant: String,
    pub ledger_seq: u64,
}

/// One of `grant share`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SharedItem {
    pub household: String,
    pub name: String,
    pub grant: String,
    pub ledger_seq: u64,
}

/// One of `grant list`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct GrantItem {
    pub grant: String,
    pub clip: String,
    pub from: String,
    pub to: String,
    pub purpose: String,
    pub issued: Moment,
    pub until: Moment,
    pub stopped: Option<Moment>,
    pub fetched: bool,
    /// When, as far as this home knows, for given ones.
    pub fetched_at: Option<Moment>,
    /// The keeper from which it was, by the keeper's word; null if this home saw it itself.
    pub fetched_from: Option<String>,
    pub delivered: bool,
}
