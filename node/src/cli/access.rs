//! `explain-access`: the table that the code enforces, printed.

use streetlamp_proto::access::{self, Party};

use super::Context;
use crate::control::answers::AccessItem;
use crate::error::Result;

pub(super) fn explain(context: &Context) -> Result<()> {
    let items: Vec<_> = access::table()
        .map(|rule| AccessItem {
            role: rule.party.word(),
            action: rule.action.word(),
            allowed: rule.allowed,
            why: rule.why,
        })
        .collect();
    context.out.answer(&items, |items| words(items))
}

fn words(items: &[AccessItem]) -> String {
    let mut text =
        String::from("Who can do what. The program asks this very table before it acts.\n");
    for party in Party::ALL {
        text.push_str(&format!("\n{}\n", party.word()));
        for item in items.iter().filter(|item| item.role == party.word()) {
            let allowed = if item.allowed { "yes" } else { "no" };
            text.push_str(&format!(
                "  {allowed:<3}  {:<17}  {}\n",
                item.action, item.why
            ));
        }
    }
    text
}
