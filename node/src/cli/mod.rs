//! The command line: nouns first, as in `git remote add`.
//!
//! A command is parsed here, asked of the running node over the control socket or done on the home directory itself,
//! and printed: in words, or with `--json` as the one JSON value that scripts rely on. No rule of the protocol is
//! decided here. One file a noun; `print` is the only place that writes to the terminal.

mod access;
mod alert;
mod amount;
mod backup;
mod beyond;
mod bulletin;
mod camera;
mod clip;
mod completions;
mod demo;
mod device;
mod directory;
mod doctor;
mod events;
mod export;
mod grant;
mod house;
mod init;
mod keeper;
mod ledger;
mod notify;
mod outfile;
mod page;
mod paper;
mod passphrase;
mod print;
mod progress;
mod publisher;
mod reach;
mod recovery;
mod relay;
mod renew;
mod run;
mod service;
mod status;
mod street;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::control::{self, Connection};
use crate::core_dumps;
use crate::error::{Error, Result};
use crate::home::{self, Home};
use print::Out;

/// Over the options that every command takes.
const EVERYWHERE: &str = "Everywhere";

/// The home node of a neighbourhood: alerts to your street, clips that only you can open
#[derive(Debug, Parser)]
#[command(name = "streetlamp", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,

    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Args)]
struct Global {
    /// Use the home in this directory
    #[arg(long, value_name = "DIR", global = true, help_heading = EVERYWHERE)]
    #[arg(env = "STREETLAMP_HOME", hide_env_values = true)]
    home: Option<PathBuf>,

    /// Print one JSON value on standard output
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    json: bool,

    /// Read the passphrase from this file, not from STREETLAMP_PASSPHRASE or the terminal
    #[arg(long, value_name = "FILE", global = true, help_heading = EVERYWHERE)]
    passphrase_file: Option<PathBuf>,

    /// Log more to standard error (-vv: more still)
    #[arg(short, long, global = true, help_heading = EVERYWHERE, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the node, making a home on first use (the default)
    Run(run::RunArgs),
    /// Look at a street with real homes, which is gone afterwards
    ///
    /// Homes, a fire department and a camera with a test picture, on this machine only, in a directory that is removed at
    /// the end. Their week is not drawn: the homes lived through it, with clocks that stood at those times.
    Demo(demo::DemoArgs),
    /// Make a home: keys, and the recovery sheet
    Init(init::InitArgs),
    /// Show what works and what does not
    Status,
    /// Make a link that signs a browser in to the page, once
    SignIn,
    /// Check this machine and the home, and say what to do
    Doctor,
    /// Take the reading key into memory, so that clips can be opened
    Unlock(status::UnlockArgs),
    /// Wipe the reading key from memory
    Lock,
    /// Change the passphrase that protects the reading key
    #[command(subcommand)]
    Passphrase(renew::PassphraseCommand),
    /// Found, enter and look at a street
    #[command(subcommand)]
    Street(street::StreetCommand),
    /// Tell the street what happened, and read what it says
    #[command(subcommand)]
    Alert(alert::AlertCommand),
    /// Read what agencies say to everybody around, and choose what to hear
    #[command(subcommand)]
    Bulletin(bulletin::BulletinCommand),
    /// Speak as an agency; or list the agencies that this home knows
    #[command(subcommand)]
    Publisher(publisher::PublisherCommand),
    /// Take films in, open and export them
    #[command(subcommand)]
    Clip(clip::ClipCommand),
    /// Take films from cameras and recorders by itself
    #[command(subcommand)]
    Camera(camera::CameraCommand),
    /// Show this home in Home Assistant
    #[command(subcommand)]
    House(house::HouseCommand),
    /// Be told on a phone, by a program or in letters
    #[command(subcommand)]
    Notify(notify::NotifyCommand),
    /// Give the key of one clip to one neighbour
    #[command(subcommand)]
    Grant(grant::GrantCommand),
    /// Keep sealed copies of clips at neighbours, and theirs here
    #[command(subcommand)]
    Keeper(keeper::KeeperCommand),
    /// Show and verify the log of everything that left the home
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// List, add and remove the devices of this household
    #[command(subcommand)]
    Device(device::DeviceCommand),
    /// Open the page to your network, with a second factor
    #[command(subcommand)]
    Page(page::PageCommand),
    /// Let programs use the API, each for what it needs
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Write the whole home into one file that only the recovery sheet opens
    Backup(backup::BackupArgs),
    /// Make the home again from a backup and the recovery sheet, or from the sheet alone
    ///
    /// From a backup everything comes back as it was. From the sheet alone comes the same household with a new device, a
    /// new reading key and a new passphrase: then 'streetlamp street return' brings it back to its street.
    Restore(backup::RestoreArgs),
    /// Print who can do what, by role
    ExplainAccess,
    /// Look after the recovery sheet
    #[command(subcommand)]
    Recovery(recovery::RecoveryCommand),
    /// Print what makes a shell complete these commands
    Completions(completions::CompletionsArgs),
    /// Write the manual pages of all commands, for packages
    #[command(hide = true)]
    Manual(completions::ManualArgs),
}

/// What a command works with.
#[derive(Debug)]
struct Context {
    dir: PathBuf,
    passphrase_file: Option<PathBuf>,
    out: Out,
}

impl Context {
    fn home(&self) -> Result<Home> {
        Home::open(&self.dir)
    }

    fn node(&self) -> Result<Connection> {
        control::connect(&self.home()?)
    }
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for and go to standard output; the rest is wrong usage.
            let _reader_gone = error.print();
            return if error.use_stderr() {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    log(cli.global.verbose);
    // Before any key is read, whatever the command.
    if let Err(error) = core_dumps::switch_off() {
        tracing::warn!(%error, "core dumps cannot be switched off: a crash could write keys to disk");
    }
    match dispatch(cli) {
        Ok(code) => code,
        Err(error) => {
            print::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode> {
    let Global {
        home,
        json,
        passphrase_file,
        ..
    } = cli.global;
    let dir = match home {
        Some(dir) => dir,
        None => home::default_dir()?,
    };
    let dir = std::path::absolute(&dir)
        .map_err(|e| Error::io(format!("{} is no place for a home", dir.display()), e))?;
    let context = Context {
        dir,
        passphrase_file,
        out: Out { json },
    };
    match cli
        .command
        .unwrap_or_else(|| Command::Run(run::RunArgs::default()))
    {
        Command::Run(args) => run::run(&context, args)?,
        Command::Demo(args) => demo::demo(&context, &args)?,
        Command::Init(args) => init::init(&context, args)?,
        Command::Status => status::status(&context)?,
        Command::SignIn => status::sign_in(&context)?,
        Command::Doctor => doctor::doctor(&context)?,
        Command::Unlock(args) => status::unlock(&context, &args)?,
        Command::Lock => status::lock(&context)?,
        Command::Passphrase(command) => renew::passphrase(&context, command)?,
        Command::Street(command) => street::street(&context, command)?,
        Command::Alert(command) => alert::alert(&context, command)?,
        Command::Bulletin(command) => bulletin::bulletin(&context, command)?,
        Command::Publisher(command) => publisher::publisher(&context, command)?,
        Command::Clip(command) => return clip::clip(&context, command),
        Command::Camera(command) => camera::camera(&context, command)?,
        Command::Notify(command) => notify::notify(&context, command)?,
        Command::House(command) => house::house(&context, command)?,
        Command::Grant(command) => grant::grant(&context, command)?,
        Command::Keeper(command) => keeper::keeper(&context, command)?,
        Command::Ledger(command) => return ledger::ledger(&context, command),
        Command::Device(command) => device::device(&context, command)?,
        Command::Page(command) => page::page(&context, command)?,
        Command::Token(command) => token::token(&context, command)?,
        Command::Backup(args) => backup::back_up(&context, &args)?,
        Command::Restore(args) => backup::restore(&context, args)?,
        Command::ExplainAccess => access::explain(&context)?,
        Command::Recovery(command) => recovery::recovery(&context, command)?,
        Command::Completions(args) => completions::completions(&context, &args)?,
        Command::Manual(args) => completions::manual(&context, &args)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Sends the log to standard error. `STREETLAMP_LOG` says more precisely what is wanted than `-v` can.
fn log(verbose: u8) {
    // Gossip warns of every copy that it drops, which is what it is there for.
    let default = match verbose {
        0 => "warn,libp2p_gossipsub=error",
        1 => "warn,libp2p_gossipsub=error,streetlamp=info,streetlamp_proto=info",
        2 => "info,streetlamp=debug,streetlamp_proto=debug",
        _ => "debug,streetlamp=trace,streetlamp_proto=trace",
    };
    let mut filter =
        EnvFilter::try_from_env("STREETLAMP_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    // It logs addresses of cameras, which may hold passwords.
    if let Ok(quiet) = "retina=off".parse() {
        filter = filter.add_directive(quiet);
    }
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }
}
