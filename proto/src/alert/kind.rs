//! The closed lists of an alert: kinds of event and urgency.

/// Declares a closed list with its numbers on the wire and its kebab-case words for people.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $n:literal, $word:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode)]
        #[cbor(index_only)]
        pub enum $name { $($(#[$vdoc])* #[n($n)] $variant,)+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for people and scripts.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::alert::UnknownWord;

            fn from_str(word: &str) -> Result<Self, $crate::alert::UnknownWord> {
                Self::ALL.iter().copied().find(|v| v.word() == word).ok_or($crate::alert::UnknownWord { known: &[$($word),+] })
            }
        }
    };
}

/// A word that is not on its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("choose one of: {}", known.join(", "))]
pub struct UnknownWord {
    /// The words that are.
    pub known: &'static [&'static str],
}

pub(crate) use words;

words! {
    /// What kind of event an alert is about. There is no kind for a person who merely looks odd.
    Kind {
        /// Somebody broke in, or tried to.
        BreakIn = 0, "break-in";
        /// Something was stolen.
        Theft = 1, "theft";
        /// Fire or smoke.
        Fire = 2, "fire";
        /// A road is blocked or dangerous.
        Road = 3, "road";
        /// Power, water or network is out.
        Outage = 4, "outage";
        /// Storm, hail, ice.
        Weather = 5, "weather";
        /// Flood or burst pipe.
        Water = 6, "water";
        /// An animal that is loose or dangerous.
        Animal = 7, "animal";
        /// A pet is missing or was found.
        LostPet = 8, "lost-pet";
        /// A person is missing.
        MissingPerson = 9, "missing-person";
        /// Noise.
        Noise = 10, "noise";
        /// Anything else that happened.
        Other = 11, "other";
    }
}

words! {
    /// How soon neighbours should know.
    Urgency {
        /// Good to know.
        Info = 0, "info";
        /// Keep an eye open.
        HeadsUp = 1, "heads-up";
        /// Now.
        Urgent = 2, "urgent";
    }
}
