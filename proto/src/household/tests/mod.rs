//! Engines that talk to each other without a network: every rule of a street in one thread and no time at all.

mod access;
mod alerts;
mod approving;
mod catching_up;
mod cddl;
mod corpus;
mod devices;
mod disks;
mod exports;
mod follow_ups;
mod grammar;
mod grants;
mod in_the_open;
mod joining;
mod keeping;
mod leaving;
mod linking;
mod messages;
mod nearby;
mod pinning;
mod publishers;
mod retention;
mod seeds;
mod shredding;
mod world;
