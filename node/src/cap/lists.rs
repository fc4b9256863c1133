//! The closed lists of CAP 1.2 that a bulletin does not have (sections 3.2.1 and 3.2.2), in its order and words.

/// Declares a list whose words are those of CAP.
macro_rules! listed {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its word.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)+ }
            }
        }
    };
}

listed! {
    /// What a message does to others.
    MessageKind {
        /// It is new.
        Alert,
        /// It stands in the place of those that it refers to.
        Update,
        /// It takes back those that it refers to.
        Cancel,
        /// It says that a message came.
        Ack,
        /// It says that a message was refused.
        Error,
    }
}

listed! {
    /// For whom a message is.
    Scope {
        /// Everybody.
        Public,
        /// Those who meet its `restriction`.
        Restricted,
        /// Its `addresses`.
        Private,
    }
}

listed! {
    /// What an event is about.
    Category {
        /// Earthquake, landslide.
        Geo,
        /// Weather, flood.
        Met,
        /// Public safety.
        Safety,
        /// Law enforcement.
        Security,
        /// Rescue and recovery.
        Rescue,
        /// Fire.
        Fire,
        /// Medicine and public health.
        Health,
        /// Pollution.
        Env,
        /// Public and private transport.
        Transport,
        /// Utilities, telecommunication.
        Infra,
        /// Chemical, biological, radiological, nuclear, explosives.
        CBRNE,
        /// Something else.
        Other,
    }
}

listed! {
    /// What is to be done.
    Response {
        /// Take shelter.
        Shelter,
        /// Leave.
        Evacuate,
        /// Prepare.
        Prepare,
        /// Do what was prepared.
        Execute,
        /// Stay away.
        Avoid,
        /// Look for news.
        Monitor,
        /// Judge what the message says.
        Assess,
        /// The danger is over.
        AllClear,
        /// Nothing.
        None,
    }
}
