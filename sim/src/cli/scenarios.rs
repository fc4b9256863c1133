//! `streetlamp-sim scenarios`

use serde::Serialize;

use super::{Failed, print};
use crate::scenario::shipped;

#[derive(Serialize)]
struct Listed {
    name: String,
    says: String,
}

pub(crate) fn list(json: bool) -> Result<bool, Failed> {
    let mut listed = Vec::new();
    for scenario in shipped() {
        let read = scenario.scenario();
        let read = read.map_err(|e| Failed(format!("{}: {e}", scenario.name)))?;
        listed.push(Listed {
            name: read.name,
            says: read.says,
        });
    }
    if json {
        print::json(&listed);
    } else {
        for Listed { name, says } in listed {
            print::line(format_args!("{name:<14}{says}"));
        }
    }
    Ok(true)
}
