//! Why papers do not hold, in words for somebody who has never heard of a street.

/// Why papers do not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PapersError {
    /// Not papers, or one of their signatures is wrong.
    #[error(
        "the manifest file is damaged or is not one: it cannot be read, or one of its signatures does not match what it signs"
    )]
    Unreadable,
    /// The card is not by the household that it names.
    #[error(
        "the household's card is signed by another key than the household's own: somebody put a name on papers that are not his"
    )]
    Card,
    /// The manifest is not by a device of the household that may record.
    #[error(
        "the clip was not sealed by a device that this household had allowed to record: the certificate is another household's, another device's, or does not allow it"
    )]
    Recorder,
    /// The end of the ledger is not by a device of the household that may grant.
    #[error(
        "the export is not signed by a device that this household had allowed to give clips away"
    )]
    Exporter,
    /// The entry is not the one that the signed end of the ledger covers.
    #[error(
        "the ledger entry is not the one that the household signed: one of the two was altered"
    )]
    Ledger,
    /// The entry is about something else.
    #[error(
        "the ledger entry is about another clip, or about something else than an export: these papers belong to another file"
    )]
    OtherEntry,
    /// The statement about the film is by another device, or about another clip or entry.
    #[error(
        "the statement about the film is of another export, or by a device that may not make it"
    )]
    Film,
}
