//! How households and clips are called on the page.

use std::collections::BTreeMap;

use streetlamp_proto::clip::ClipId;
use streetlamp_proto::household::{ClipView, Household};
use streetlamp_proto::identity::HouseholdId;
use streetlamp_proto::time::Timestamp;

use crate::web::language::say;
use crate::web::words::Moment;

/// Names of households, also of those that left the street, as far as this home knows them.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Names(BTreeMap<HouseholdId, String>);

impl Names {
    /// Those of these households.
    pub(in crate::web) fn of(
        household: &Household,
        wanted: impl IntoIterator<Item = HouseholdId>,
    ) -> Self {
        let known = wanted.into_iter().filter_map(|id| {
            let name = household.name_of(id)?;
            Some((id, name.to_string()))
        });
        Self(known.collect())
    }

    /// Those of everybody whom a clip speaks of.
    pub(in crate::web) fn around<'a>(
        household: &Household,
        clips: impl IntoIterator<Item = &'a ClipView>,
    ) -> Self {
        let named = clips.into_iter().flat_map(|view| {
            let others = view.granted_to.iter().chain(&view.keepers);
            others.chain([&view.owner]).copied()
        });
        Self::of(household, named)
    }

    /// These, and those of others.
    #[must_use]
    pub(in crate::web) fn with(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The name of a household.
    pub(in crate::web) fn get(&self, household: HouseholdId) -> String {
        match self.0.get(&household) {
            Some(name) => name.clone(),
            None => say!("words-gone-within"),
        }
    }
}

/// What a clip is called where others are named: whose camera, and when.
pub(in crate::web) fn clip_words(
    clips: &[ClipView],
    clip: ClipId,
    names: &Names,
    now: Timestamp,
) -> Option<(String, Moment)> {
    let view = clips.iter().find(|view| view.manifest.clip == clip)?;
    let camera = match view.mine {
        true => view.camera.clone(),
        false => say!("clips-camera-of-within", owner = names.get(view.owner)),
    };
    Some((camera, Moment::new(view.manifest.recorded, now)))
}
