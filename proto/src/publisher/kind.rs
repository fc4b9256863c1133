//! The closed lists of a bulletin. All but the kinds are those of CAP 1.2 (sections 3.2.1 and 3.2.2), in its order.

use crate::alert::words;

words! {
    /// What a bulletin is about. There is no kind for a question.
    Kind {
        /// How to be safe.
        SafetyTip = 0, "safety-tip";
        /// How something that was told goes on.
        Update = 1, "update";
        /// A road is closed.
        RoadClosure = 2, "road-closure";
        /// The police is at work.
        PoliceActivity = 3, "police-activity";
        /// Fire or smoke.
        Fire = 4, "fire";
        /// Storm, flood, heat, ice.
        Weather = 5, "weather";
        /// People have to leave their homes.
        Evacuation = 6, "evacuation";
        /// A person is missing.
        MissingPerson = 7, "missing-person";
        /// Something that everybody may come to.
        CommunityEvent = 8, "community-event";
        /// A meeting of the public.
        Meeting = 9, "meeting";
        /// Any other danger: chemicals, disease, an earthquake, a cut power line.
        Hazard = 10, "hazard";
    }
}

impl Kind {
    /// Whether lives may hang on it. Whoever does not want to hear of a publisher still hears this of it, unless the
    /// kind itself was muted.
    pub const fn is_life_safety(self) -> bool {
        matches!(
            self,
            Self::PoliceActivity | Self::Fire | Self::Weather | Self::Evacuation | Self::Hazard
        )
    }

    /// Whether one key is not enough to say it. In Hawaii in 2018 one person could tell a whole state to take cover.
    pub const fn needs_second_key(self) -> bool {
        matches!(self, Self::Evacuation)
    }
}

words! {
    /// How bad it is.
    Severity {
        /// An extraordinary threat to life or property.
        Extreme = 0, "extreme";
        /// A significant threat.
        Severe = 1, "severe";
        /// A possible threat.
        Moderate = 2, "moderate";
        /// Hardly a threat.
        Minor = 3, "minor";
        /// Nobody knows, or it does not apply.
        Unknown = 4, "unknown";
    }
}

words! {
    /// How soon something should be done.
    Urgency {
        /// At once.
        Immediate = 0, "immediate";
        /// Within the next hour.
        Expected = 1, "expected";
        /// In the near future.
        Future = 2, "future";
        /// Nothing any more.
        Past = 3, "past";
        /// Nobody knows, or it does not apply.
        Unknown = 4, "unknown";
    }
}

words! {
    /// How sure it is.
    Certainty {
        /// It happened, or goes on.
        Observed = 0, "observed";
        /// More than half likely.
        Likely = 1, "likely";
        /// Possible, and not likely.
        Possible = 2, "possible";
        /// Not expected to happen.
        Unlikely = 3, "unlikely";
        /// Nobody knows, or it does not apply.
        Unknown = 4, "unknown";
    }
}

words! {
    /// Whether it is meant. Only what is actual is ever shown as real; a draft does not travel at all.
    Status {
        /// It is meant.
        Actual = 0, "actual";
        /// Those who take part in an exercise know what to do.
        Exercise = 1, "exercise";
        /// For the machines that pass it on.
        System = 2, "system";
        /// A technical test.
        Test = 3, "test";
        /// Not to be acted on.
        Draft = 4, "draft";
    }
}
