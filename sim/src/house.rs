//! One house of a run: its node goes on and off, and what it stored stays.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use libp2p::Multiaddr;
use streetlamp::clock::Clock;
use streetlamp::disk::Disk;
use streetlamp::domains::Domains;
use streetlamp::entropy::Entropy;
use streetlamp::error::{Error, ErrorKind, Result};
use streetlamp::home::Home;
use streetlamp::mesh::Reach;
use streetlamp::node::{Core, NodeHandle, Parts, Witness};
use streetlamp::store::Store;
use streetlamp_proto::household::Me;
use streetlamp_proto::signed::checks;
use tokio::task::JoinHandle;

use crate::net::{Net, transport};
use crate::record::HouseNumber;

/// What is outside of every house.
#[derive(Debug, Clone)]
pub(crate) struct World {
    /// The net.
    pub(crate) net: Net,
    /// Wall time.
    pub(crate) clock: Clock,
    /// What domains say.
    pub(crate) domains: Domains,
}

/// A house.
#[derive(Debug)]
pub(crate) struct House {
    /// Its number.
    pub(crate) number: HouseNumber,
    home: Home,
    address: Multiaddr,
    seed: u64,
    starts: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    Off(Store),
    On {
        handle: NodeHandle,
        driver: JoinHandle<Result<Store>>,
    },
    /// Between the two, and after a node failed.
    Neither,
}

impl House {
    /// A house whose node is off, in a directory of its own.
    ///
    /// # Errors
    /// If the home cannot be made.
    pub(crate) fn build(
        number: HouseNumber,
        me: Me,
        dir: &Path,
        store: Store,
        address: Multiaddr,
        seed: u64,
    ) -> Result<Self> {
        let home = Home::settle(&dir.join(number.0.to_string()), me)?;
        Ok(Self {
            number,
            home,
            address,
            seed,
            starts: 0,
            state: State::Off(store),
        })
    }

    /// The way to its node, if it is on.
    pub(crate) const fn handle(&self) -> Option<&NodeHandle> {
        match &self.state {
            State::On { handle, .. } => Some(handle),
            State::Off(_) | State::Neither => None,
        }
    }

    /// Bytes of its database; 0 while its node is on.
    ///
    /// # Errors
    /// The database's own.
    pub(crate) fn database_bytes(&self) -> Result<u64> {
        match &self.state {
            State::Off(store) => store.bytes(),
            State::On { .. } | State::Neither => Ok(0),
        }
    }

    /// Starts its node. Nothing happens if it is on.
    ///
    /// # Errors
    /// If the node does not start.
    pub(crate) async fn switch_on(
        &mut self,
        world: &World,
        witness: Arc<dyn Witness>,
    ) -> Result<()> {
        let store = match std::mem::replace(&mut self.state, State::Neither) {
            State::Off(store) => store,
            on => {
                self.state = on;
                return Ok(());
            }
        };
        let World {
            net,
            clock,
            domains,
        } = world.clone();
        net.switch_on(self.number);
        // Every start draws other numbers, as every start of a real node does.
        let start = self.seed.wrapping_add(self.starts << 40);
        self.starts += 1;
        let parts = Parts {
            store,
            disk: Disk::boundless(),
            transport: transport(&net, self.number),
            listen: vec![self.address.to_string()],
            reach: Reach::plain(),
            clock,
            entropy: Entropy::sequence(start.wrapping_add(u64::from(self.number.0))),
            domains,
            witness: Some(witness),
        };
        // What is read from its database is checked as well.
        let assembled = watched(&net, self.number, Core::assemble(self.home.clone(), parts));
        let assembled = assembled.await?;
        let handle = assembled.handle.clone();
        let driver = tokio::spawn(watched(&net, self.number, assembled.run()));
        self.state = State::On { handle, driver };
        Ok(())
    }

    /// Its directory.
    pub(crate) const fn home(&self) -> &Home {
        &self.home
    }

    /// Gives a home whose node is off to whoever runs another program in it.
    pub(crate) fn give_up(&mut self) -> Option<Store> {
        match std::mem::replace(&mut self.state, State::Neither) {
            State::Off(store) => Some(store),
            State::On { .. } | State::Neither => None,
        }
    }

    /// Loses what was said from the disk of a node that is off: a planted fault.
    #[cfg(test)]
    pub(crate) fn forget(&mut self) -> Result<()> {
        use streetlamp_proto::household::Record;
        if let State::Off(store) = &self.state {
            let mut records = store.records()?;
            records.retain(|record| !matches!(record, Record::Alert { .. }));
            let mut emptied = Store::in_memory()?;
            emptied.save(&records)?;
            self.state = State::Off(emptied);
        }
        Ok(())
    }

    /// Cuts its power. What its node had acknowledged is on its disk, and nobody hears of it.
    ///
    /// # Errors
    /// If the node had failed.
    pub(crate) async fn switch_off(&mut self, net: &Net) -> Result<()> {
        let State::On { handle, driver } = std::mem::replace(&mut self.state, State::Neither)
        else {
            return Ok(());
        };
        // First the line, so that no goodbye leaves.
        net.switch_off(self.number);
        handle.stop().await;
        drop(handle);
        let failed = |e| {
            let message = format!("the node of house {} failed", self.number.0);
            Error::new(ErrorKind::Internal, message).because(e)
        };
        self.state = State::Off(driver.await.map_err(failed)??);
        Ok(())
    }
}

/// A task of a home, whose polls are counted, and signatures that it checks.
pub(crate) fn watched<F: Future>(net: &Net, home: HouseNumber, task: F) -> Watched<F> {
    Watched {
        net: net.clone(),
        home,
        inner: Box::pin(task),
    }
}

/// See [`watched`].
pub(crate) struct Watched<F> {
    net: Net,
    home: HouseNumber,
    inner: Pin<Box<F>>,
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.net.polled(self.home);
        let before = checks::made();
        let polled = self.inner.as_mut().poll(cx);
        let made = checks::made().wrapping_sub(before);
        self.net.checked(self.home, made);
        polled
    }
}
