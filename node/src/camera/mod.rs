//! Where films come from, and what is taken out of them before they are sealed.

pub mod film;
