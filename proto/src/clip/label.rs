//! The label of a clip: everything about it that is not in its sealed bytes.
//!
//! Sealed bytes without their label are noise, also to their owner: header and manifest are not part of them. So the
//! label is what has to exist a second time wherever a clip is to survive its database. Whoever shreds a clip has to
//! destroy every copy of it.

use minicbor::{Decode, Encode};

use super::{Manifest, OwnerHeader};
use crate::identity::Name;
use crate::signed::Signed;

/// What a household knows of one of its clips.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Label {
    /// What the clip is.
    #[n(0)]
    pub manifest: Signed<Manifest>,
    /// Opens it for the household.
    #[n(1)]
    pub header: OwnerHeader,
    /// How the household calls the camera.
    #[n(2)]
    pub camera: Name,
}
