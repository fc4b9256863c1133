//! `explain-access`: the table that the code enforces, printed.

use streetlamp_proto::access::{self, Channel, Party, Rule};

use super::Context;
use crate::control::answers::AccessItem;
use crate::error::Result;

/// Columns of a line.
const WIDTH: usize = 96;

pub(super) fn explain(context: &Context) -> Result<()> {
    let items: Vec<_> = access::table()
        .map(|rule| AccessItem {
            role: rule.party.word(),
            action: rule.action.word(),
            allowed: rule.allowed,
            why: rule.why,
            over: rule.action.channel().map(Channel::name),
        })
        .collect();
    context.out.answer(&items, |_| words())
}

fn words() -> String {
    let mut text =
        String::from("Who can do what. The program asks this very table before it acts.\n");
    for party in Party::ALL {
        text.push_str(&format!("\n{}: {}\n", party.word(), party.says()));
        for (can, title) in [(true, "can"), (false, "cannot")] {
            let rules = access::table().filter(|rule| rule.party == party && rule.allowed == can);
            let reasons = by_reason(rules);
            if !reasons.is_empty() {
                text.push_str(&format!("  {title}\n"));
            }
            for (why, actions) in reasons {
                wrap(&mut text, 4, &actions.join("; "));
                wrap(&mut text, 8, why);
            }
        }
    }
    text
}

/// Adds words in lines of a terminal's width.
fn wrap(text: &mut String, indent: usize, words: &str) {
    let mut column = WIDTH;
    for word in words.split(' ') {
        if column + 1 + word.len() > WIDTH {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            column = indent;
        }
        text.push_str(word);
        text.push(' ');
        column += word.len() + 1;
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

/// Actions that share a reason, in the order of the table.
fn by_reason(rules: impl Iterator<Item = Rule>) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut reasons: Vec<(_, Vec<_>)> = Vec::new();
    for rule in rules {
        let says = rule.action.says();
        match reasons.iter_mut().find(|(why, _)| *why == rule.why) {
            Some((_, actions)) => actions.push(says),
            None => reasons.push((rule.why, vec![says])),
        }
    }
    reasons
}
