//! Engines that talk to each other without a network: every rule of a street in one thread and no time at all.

mod alerts;
mod catching_up;
mod cddl;
mod corpus;
mod follow_ups;
mod grammar;
mod grants;
mod in_the_open;
mod joining;
mod leaving;
mod linking;
mod messages;
mod nearby;
mod publishers;
mod retention;
mod shredding;
mod world;
