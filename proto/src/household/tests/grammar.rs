//! Real messages against the grammar that other implementations are written from.

use std::collections::BTreeSet;

use minicbor::{Encode, Encoder};

use super::super::*;
use super::cddl::{Grammar, fields};
use super::messages::{Messages, bytes};
use crate::approval::DeviceMessage;
use crate::fetch::Right;
use crate::grant::Parcel;
use crate::keeper::Keeping;
use crate::open::OpenStatement;
use crate::street::{Crowded, EpochParcel, Item, Member, StreetMessage};

const GRAMMAR: &str = include_str!("../../../../docs/protocol.cddl");

/// Messages with the rules that they follow.
#[derive(Default)]
struct Samples(Vec<(&'static str, Vec<u8>)>);

impl Samples {
    fn real() -> Self {
        let mut samples = Self::default();
        let real = Messages::collect();
        samples.item("ticket", &real.ticket);
        samples.item("introduction", &real.introduction);
        samples.item("join-request", &real.join);
        samples.signed("signed-card", "card", &real.join.card);
        samples.signed("signed-certificate", "certificate", &real.join.device);
        samples.item("welcome", &real.welcome);
        samples.signed("signed-founding", "founding", &real.welcome.founding);
        samples.epoch(&real.welcome.epoch);
        samples.item("audience", &crate::alert::Audience::Nearby);
        samples.item("fetch-request", &real.fetch);
        samples.item("right", &Right::Keeper(real.clip.0));
        samples.item("right", &Right::Owner(real.clip.0));
        samples.item("right", &Right::Device(real.clip.0));
        for frame in &real.open {
            samples.0.push(("open", frame[2..].to_vec()));
            samples.open_statement(&OpenStatement::from_frame(frame).unwrap());
        }
        for door in &real.ticket.doors {
            samples.item("door", door);
        }
        for member in &real.welcome.members {
            samples.member(member);
        }
        for refusal in &real.refusals {
            samples.item("refused", refusal);
        }
        samples.item("return-request", &real.returning);
        let devices = vec![real.returning.device.clone()];
        samples.item("crowded", &Crowded { devices });
        samples.signed("signed-certificate", "certificate", &real.ending);
        for (message, frame) in &real.devices {
            samples.0.push(("device", frame[2..].to_vec()));
            samples.device_message(message);
        }
        for parcel in &real.parcels {
            samples.parcel(parcel);
        }
        for papers in &real.papers {
            samples.item("papers", papers);
            if let Some(film) = &papers.film {
                samples.signed("signed-exported-film", "exported-film", film);
            }
        }
        for (message, frame) in &real.said {
            samples.0.push(("sealed", frame[2..].to_vec()));
            samples.message(message);
        }
        let (export, fork) = &real.ledger_files;
        samples.item("ledger", export);
        samples.item("fork", fork);
        for record in &real.kept {
            if let Record::Clip(label) = record {
                samples.item("label", label);
            }
            if let Record::Ledger { entry, head } = record {
                samples.item("entry", entry);
                samples.item("committed", &(entry.at, &entry.act));
                samples.item("act", &entry.act);
                samples.signed("signed-head", "head", head);
            }
        }
        samples
    }

    fn item<T: Encode<()>>(&mut self, rule: &'static str, item: &T) {
        self.0.push((rule, bytes(item)));
    }

    fn signed<T: Statement>(
        &mut self,
        envelope: &'static str,
        rule: &'static str,
        signed: &Signed<T>,
    ) {
        self.item(envelope, signed);
        self.item(rule, signed.statement());
    }

    fn member(&mut self, member: &Member) {
        self.item("member", member);
        for vouch in &member.vouches {
            self.signed("signed-vouch", "vouch", vouch);
        }
        if let Some(announcement) = &member.pseudonym {
            self.signed("signed-announcement", "announcement", announcement);
            let pseudonym = &announcement.statement().pseudonym;
            self.signed("signed-pseudonym", "pseudonym", pseudonym);
        }
    }

    fn open_statement(&mut self, statement: &OpenStatement) {
        self.item("open-statement", statement);
        match statement {
            OpenStatement::Alert(alert) => self.signed("signed-alert", "alert", alert),
            OpenStatement::FollowUp(said) => self.signed("signed-follow-up", "follow-up", said),
            OpenStatement::Knock(knock) => {
                self.signed("signed-knock", "knock", knock);
                self.item("signed-card", &knock.statement().card);
            }
            OpenStatement::Publisher(binding) => {
                self.signed("signed-binding", "binding", binding);
                for handover in &binding.statement().handovers {
                    self.signed("signed-handover", "handover", handover);
                }
            }
            OpenStatement::Bulletin(announced) => {
                self.item("announced", &**announced);
                self.signed("signed-bulletin", "bulletin", &announced.bulletin);
                if let Some(second) = &announced.second {
                    self.signed("signed-seconding", "seconding", second);
                }
            }
        }
    }

    fn parcel(&mut self, parcel: &Parcel) {
        self.item("parcel", parcel);
        self.signed("signed-grant", "grant", &parcel.grant);
        self.signed("signed-manifest", "manifest", &parcel.manifest);
        self.signed("signed-fetch-ticket", "fetch-ticket", &parcel.ticket);
    }

    fn street_item(&mut self, item: &Item) {
        self.item("item", item);
        match item {
            Item::Member(member) => self.member(member),
            Item::Leave(leave) => self.signed("signed-leave", "leave", leave),
            Item::Vote(vote) => self.signed("signed-vote", "removal-vote", vote),
            Item::Link(link) => self.signed("signed-link", "link", link),
            Item::Whereabouts(said) => self.signed("signed-whereabouts", "whereabouts", said),
            Item::Alert(alert) => self.signed("signed-alert", "alert", alert),
            Item::FollowUp(said) => self.signed("signed-follow-up", "follow-up", said),
        }
    }

    fn device_message(&mut self, message: &DeviceMessage) {
        self.item("device-message", message);
        match message {
            DeviceMessage::Want(want) => self.item("want", want),
            DeviceMessage::Shown(shown) => {
                self.item("shown", &**shown);
                self.item("label", &shown.label);
                for entry in &shown.entries {
                    self.item("bare-entry", entry);
                }
            }
            DeviceMessage::Approved(approved) => self.item("approved", &**approved),
            DeviceMessage::Logged => {}
            DeviceMessage::Declined(why) => self.item("decline", why),
            DeviceMessage::List(before) => {
                if let Some(before) = before {
                    self.item("before", before);
                }
            }
            DeviceMessage::Listed(labels) => {
                for label in labels {
                    self.item("label", label);
                }
            }
        }
    }

    fn epoch(&mut self, epoch: &EpochParcel) {
        self.item("epoch-parcel", epoch);
        self.signed("signed-epoch", "epoch", &epoch.notice);
        for reason in &epoch.reasons {
            self.street_item(reason);
        }
    }

    fn message(&mut self, message: &StreetMessage) {
        self.item("street-message", message);
        match message {
            StreetMessage::Tell(item) => self.street_item(item),
            StreetMessage::CatchUp(asked) => {
                self.item("catch-up", asked);
                self.item("home", &asked.home);
                self.item("epoch-rank", &asked.home.epoch);
            }
            StreetMessage::CatchUpAnswer(answer) => {
                self.item("catch-up-answer", answer);
                if let Some(epoch) = &answer.epoch {
                    self.epoch(epoch);
                }
            }
            StreetMessage::Swap(swap) => {
                self.item("swap", swap);
                for item in &swap.give {
                    self.street_item(item);
                }
            }
            StreetMessage::SwapAnswer(items) => {
                for item in items {
                    self.street_item(item);
                }
            }
            StreetMessage::Epoch(epoch) => self.epoch(epoch),
            StreetMessage::Keeping(said) => self.keeping(said),
            StreetMessage::AskAround(question) => self.item("ask-around", question),
            StreetMessage::Overheard(told) => {
                for overheard in told {
                    self.item("overheard", overheard);
                }
            }
            StreetMessage::Parcel(_) | StreetMessage::Kept => {}
        }
    }

    fn keeping(&mut self, said: &Keeping) {
        self.item("keeping", said);
        match said {
            Keeping::Lease(lease) => self.signed("signed-lease", "lease", lease),
            Keeping::Keep(clips) => {
                for to in clips {
                    self.item("to-keep", to);
                }
            }
            Keeping::Pin { entries, head, .. } => {
                if let Some(head) = head {
                    self.signed("signed-head", "head", head);
                }
                for entry in entries {
                    self.item("bare-entry", entry);
                }
            }
            Keeping::Recalled(recalled) => {
                self.item("recalled", recalled);
                for copy in &recalled.kept {
                    self.item("kept-copy", copy);
                }
            }
            Keeping::Report(report) => {
                self.item("report", report);
                for served in &report.served {
                    self.item("served", served);
                }
                if let Some(let_go) = &report.let_go {
                    self.item("let-go", let_go);
                }
            }
            _ => {}
        }
    }
}

/// The grammar with one rule that nothing follows.
fn without(rule: &str) -> String {
    let begin = format!("{rule} = ");
    let (mut text, mut inside) = (String::new(), false);
    for line in GRAMMAR.lines() {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            inside = line.starts_with(&begin);
            if inside {
                text.push_str(&format!("{begin}\"nothing is like this\"\n"));
            }
        }
        if !inside {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn array(fields: &[&[u8]]) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.array(fields.len() as u64).unwrap();
    [encoder.into_writer(), fields.concat()].concat()
}

#[test]
fn real_messages_follow_the_grammar() {
    let grammar = Grammar::parse(GRAMMAR);
    for (rule, message) in Samples::real().0 {
        assert!(grammar.holds(rule, &message), "{rule}: {message:02x?}");
    }
}

#[test]
fn a_message_with_a_field_too_few_or_too_many_does_not_follow_the_grammar() {
    let grammar = Grammar::parse(GRAMMAR);
    let mut seen = BTreeSet::new();
    for (rule, message) in Samples::real().0 {
        let Some(fields) = fields(&message) else {
            continue;
        };
        assert_eq!(array(&fields), message);
        seen.insert(rule);
        for at in 0..fields.len() {
            let mut fewer = fields.clone();
            fewer.remove(at);
            // Without its ticket an entry is whole, and without its blind the ticket stands in its place.
            let whole = match rule {
                "manifest" => at == 6,
                "entry" => at >= 4 && fields.len() == 6,
                "catch-up" | "catch-up-answer" => at == 2,
                "member" => at == 3,
                "ledger" => at == 2,
                // Without its commitment the ticket stands in its place.
                "bare-entry" => fields.len() == 2,
                // An absent head or clip, as the last, is left out.
                "keeping" => match fields[0] {
                    [8] => at == 3 && fields.len() == 4,
                    [9] | [10] => at == 1,
                    _ => false,
                },
                "recalled" => at == 2 && fields.len() == 3,
                // Without its length the time stands in its place.
                "kept-copy" => at == 2 || (at == 1 && fields.len() == 3),
                "report" => at == 1,
                "certificate" => at == 6,
                "shown" => at == 2,
                "device-message" => fields[0] == [5] && at == 1,
                "papers" => at == 6,
                "announced" => at == 1,
                "bulletin" => at == 13,
                _ => false,
            };
            assert_eq!(
                grammar.holds(rule, &array(&fewer)),
                whole,
                "{rule} without field {at}"
            );
        }
        // A time behind a certificate is its end, and one behind a copy the end of that.
        let time = (rule == "certificate" && fields.len() == 6)
            || (rule == "kept-copy" && fields.len() == 2);
        // A text behind a bulletin is what it was made from.
        let text = rule == "bulletin" && fields.len() == 13;
        for unknown in [&[0x00][..], &[0xf6], &[0x80], &[0x41, 0x00], &[0x61, b'a']] {
            let more = [fields.as_slice(), &[unknown]].concat();
            assert!(
                !grammar.holds(rule, &array(&more))
                    || (time && unknown == [0x00])
                    || (text && unknown == [0x61, b'a']),
                "{rule} with {unknown:02x?} behind it"
            );
        }
    }
    // What begins with a number is a variant, and was seen under the name of its choice.
    let arrays = GRAMMAR.lines().filter_map(|line| line.split_once(" = ["));
    for (rule, _) in arrays.filter(|(_, first)| !first.starts_with(|c: char| c.is_ascii_digit())) {
        assert!(seen.contains(rule), "no message of the rule {rule}");
    }
}

#[test]
fn every_rule_of_the_grammar_is_needed_by_a_real_message() {
    let samples = Samples::real().0;
    for rule in &Grammar::parse(GRAMMAR).rules() {
        let crippled = without(rule);
        let grammar = Grammar::parse(&crippled);
        let needed = samples
            .iter()
            .any(|(start, message)| !grammar.holds(start, message));
        assert!(needed, "no message needs the rule {rule}");
    }
}

#[test]
fn a_scalar_out_of_its_range_does_not_follow_the_grammar() {
    let grammar = Grammar::parse(GRAMMAR);
    assert!(!grammar.holds("refused", &[5]));
    assert!(!grammar.holds("roles", &[16]));
    assert!(!grammar.holds("kind", &[12]));
    assert!(!grammar.holds("urgency", &[3]));
    assert!(!grammar.holds("status", &[4]));
    assert!(!grammar.holds("bulletin-kind", &[11]));
    assert!(!grammar.holds("area", &[0x80]));
    assert!(!grammar.holds("domain", &bytes(&"FIRE.example")));
    assert!(!grammar.holds("uint32", &bytes(&(1u64 << 32))));
    assert!(!grammar.holds("hash", &[&[0x58, 31][..], &[7; 31]].concat()));
    assert!(!grammar.holds("cell", &bytes(&"u33dc1k")));
    assert!(grammar.holds("place", &bytes(&"u33dc1k")));
    assert!(!grammar.holds("place", &bytes(&"u33dc1k2")));
    assert!(!grammar.holds("cell", &bytes(&"U33DC1")));
    assert!(!grammar.holds("address", &bytes(&"ip4")));
    assert!(!grammar.holds("name", &bytes(&"")));
}
