//! An agency of a run: a real publisher's node on the net of the run, known by a domain that lists its key.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use streetlamp::disk::Disk;
use streetlamp::domains::Domains;
use streetlamp::entropy::Entropy;
use streetlamp::error::{Error, ErrorKind, Result};
use streetlamp::publisher::{
    DeskStore, OnAir, Published, PublisherHandle, PublisherOptions, PublisherParts,
};
use streetlamp_proto::cell::Cell;
use streetlamp_proto::publisher::{
    Area, Binding, Certainty, Contact, DeskCommand, Domain, Draft, Headline, Instruction, Kind,
    Notice, Severity, Status, Urgency,
};
use streetlamp_proto::signed::{PublicKey, Signed, StatementId};
use streetlamp_proto::wire::limits::BINDING_LIFE;

use crate::house::{World, watched};
use crate::net::transport;
use crate::record::HouseNumber;
use crate::run::plan;
use crate::{DAWN, founding};

/// An agency.
#[derive(Debug)]
pub(crate) struct Agency {
    /// What the plan says of it.
    pub(crate) plan: plan::Agency,
    key: SigningKey,
    binding: Signed<Binding>,
    handle: Option<PublisherHandle>,
    last: Option<StatementId>,
}

impl Agency {
    /// One that is not on air yet.
    ///
    /// # Errors
    /// If name, domain or area are none, which a scenario was checked for.
    pub(crate) fn found(plan: plan::Agency, key: SigningKey) -> Result<Self> {
        let failed = |what: &str| Error::new(ErrorKind::Invalid, format!("{}: {what}", plan.name));
        let cells = plan.area.iter().map(|cell| cell.parse::<Cell>());
        let cells = cells.collect::<std::result::Result<Vec<_>, _>>();
        let cells = cells.map_err(|e| failed("no cell").because(e))?;
        let domain: Domain = format!("{}.example", plan.name)
            .parse()
            .map_err(|e| failed("no domain").because(e))?;
        let binding = Binding {
            name: founding::name(&plan.name)?,
            domain,
            area: Area::of(cells).map_err(|e| failed("no area").because(e))?,
            seconds: Vec::new(),
            handovers: Vec::new(),
            issued: DAWN,
            expires: DAWN.after(BINDING_LIFE),
        };
        Ok(Self {
            binding: Signed::sign(binding, &key),
            plan,
            key,
            handle: None,
            last: None,
        })
    }

    /// What the domains of these agencies say.
    pub(crate) fn domains<'a>(agencies: impl Iterator<Item = &'a Self>) -> Domains {
        let lists = agencies.map(|agency| {
            let domain = agency.binding.statement().domain.clone();
            (domain, vec![PublicKey::of(&agency.key)])
        });
        Domains::listed(lists.collect::<BTreeMap<_, _>>())
    }

    /// Starts its node at an address, and has it dial homes.
    ///
    /// # Errors
    /// If the node does not start.
    pub(crate) async fn go_on_air(
        &mut self,
        world: &World,
        seed: u64,
        listen: String,
        connect: Vec<String>,
    ) -> Result<()> {
        let number = self.plan.number;
        world.net.switch_on(number);
        let parts = PublisherParts {
            store: DeskStore::in_memory()?,
            disk: Disk::boundless(),
            options: PublisherOptions {
                transport: transport(&world.net, number),
                listen: vec![listen],
                connect,
            },
            clock: world.clock,
            entropy: Entropy::sequence(seed.wrapping_add(u64::from(number.0))),
        };
        let on_air = OnAir::assemble(self.key.clone(), self.binding.clone(), parts).await?;
        self.handle = Some(on_air.handle.clone());
        tokio::spawn(watched(&world.net, number, on_air.run()));
        Ok(())
    }

    /// Publishes a bulletin about all of its area. Gives what was said.
    ///
    /// # Errors
    /// The refusal of its own node: that homes take no more in an hour.
    pub(crate) async fn publish(&mut self) -> Result<StatementId> {
        let draft = Draft {
            status: Status::Actual,
            kind: Kind::Weather,
            severity: Severity::Severe,
            urgency: Urgency::Expected,
            certainty: Certainty::Likely,
            area: None,
            headline: words(Headline::clean("Storm in the evening"))?,
            text: words(Notice::clean("Bring in what the wind could take."))?,
            instruction: words(Instruction::clean("Stay inside."))?,
            contact: Contact::default(),
            life: self.plan.life.0,
            original: None,
        };
        let command = DeskCommand::Publish {
            draft: Box::new(draft),
            second: None,
        };
        let published = self.command(command).await?;
        self.last = Some(published.answer.bulletin);
        Ok(published.answer.said)
    }

    /// Takes back what it published last. Gives that, and what was said now; nothing if it published nothing.
    ///
    /// # Errors
    /// The refusal of its own node.
    pub(crate) async fn withdraw(&mut self) -> Result<Option<(StatementId, StatementId)>> {
        let Some(last) = self.last.take() else {
            return Ok(None);
        };
        let published = self.command(DeskCommand::Cancel(last)).await?;
        Ok(Some((last, published.answer.said)))
    }

    async fn command(&self, command: DeskCommand) -> Result<Published> {
        let off_air = || Error::new(ErrorKind::Unavailable, "the agency is not on air yet");
        let handle = self.handle.as_ref().ok_or_else(off_air)?;
        handle.command(command).await
    }

    /// Its number.
    pub(crate) const fn number(&self) -> HouseNumber {
        self.plan.number
    }
}

fn words<T, E>(cleaned: std::result::Result<T, E>) -> Result<T>
where
    E: std::error::Error + Send + Sync + 'static,
{
    cleaned.map_err(|e| {
        Error::new(ErrorKind::Invalid, "words that a bulletin does not take").because(e)
    })
}
