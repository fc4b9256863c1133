//! What is counted when a run is over.

use std::fs;
use std::path::Path;
use std::time::Duration;

use streetlamp::error::Result;
use streetlamp::vault::Kept;

use super::plan::StreetSite;
use crate::chronicle::Chronicle;
use crate::house::House;
use crate::net::Net;
use crate::record::{HouseNumber, Link, Storage, Street, Traffic};

/// From so long a quiet time in the end on everything that was said has to be everywhere: twice the time after which a
/// home asks a neighbour although nothing told it to.
pub(crate) const LONG_ENOUGH: Duration = Duration::from_secs(600);

pub(crate) fn street(site: &StreetSite) -> Street {
    Street {
        number: site.number,
        name: format!("Street {}", site.number),
        cell: site.cell.clone(),
    }
}

pub(crate) fn links(net: &Net) -> Vec<Link> {
    let links = net.links().into_iter();
    let link = |((a, b), times): ((HouseNumber, HouseNumber), crate::net::Times)| Link {
        a,
        b,
        one_way: times.one_way,
        opened: times.opened,
        closed: times.closed,
        times: times.times,
    };
    links.map(link).collect()
}

pub(crate) fn traffic(net: &Net) -> Vec<Traffic> {
    let homes = (0..).map(HouseNumber).zip(net.traffic());
    let each = homes.flat_map(|(home, classes)| {
        classes
            .into_iter()
            .map(move |(class, [sent, received])| Traffic {
                home,
                class,
                sent,
                received,
            })
    });
    each.collect()
}

/// Looks at every clip that a home keeps for a neighbour: what is not whole on its disk is not kept.
///
/// # Errors
/// If a node or its disk failed.
pub(crate) async fn look_at_keepers(houses: &[House], chronicle: &Chronicle) -> Result<()> {
    for house in houses {
        let Some(handle) = house.handle() else {
            continue;
        };
        let kept = Kept::open(&house.home().kept_dir())?;
        for (owner, clip, sealed_len) in handle.read(|home, _| home.kept_here()).await? {
            let whole = kept.of(owner)?.is_whole(clip, sealed_len);
            chronicle.keeps(house.number, clip, whole);
        }
    }
    Ok(())
}

/// What a home whose node is off has on its disk.
///
/// # Errors
/// The database's own.
pub(crate) fn storage(house: &House, dir: &Path) -> Result<Storage> {
    let here = dir.join(house.number.0.to_string());
    Ok(Storage {
        home: house.number,
        database: house.database_bytes()?,
        clips: bytes_below(&here.join("clips")),
        kept: bytes_below(&here.join("kept")),
    })
}

fn bytes_below(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else {
        return 0;
    };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => bytes_below(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

/// Most memory that this process had, in bytes (`VmHWM` of proc(5)); 0 where the system does not tell.
pub(crate) fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Time that processors gave this thread, in seconds (the first number of `schedstat`, in nanoseconds, as the kernel's
/// `sched-stats` describes it); 0 where the system does not tell.
pub(crate) fn processor_s() -> f64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ran = told.split(' ').next().and_then(|ns| ns.parse().ok());
    Duration::from_nanos(ran.unwrap_or(0)).as_secs_f64()
}
