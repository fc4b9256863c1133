//! Holds CBOR against CDDL (RFC 8610), as far as the grammar of the protocol uses it.
//!
//! The `cddl` crate parses. Its own validator is not used: of version 0.10 it loses count in nested arrays and carries
//! a `.cbor` over to the next field.

use cddl::ast::{
    CDDL, Group, GroupEntry, Identifier, Occur, Occurrence, RangeCtlOp, Rule, Type, Type1, Type2,
};
use cddl::token::ControlOperator;
use minicbor::Decoder;

use crate::wire;

/// Whether a field is as an entry says.
type Follows<'f> = &'f dyn Fn(&[u8]) -> bool;

pub(super) struct Grammar<'a>(CDDL<'a>);

impl<'a> Grammar<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        Self(cddl::cddl_from_str(text, true).unwrap())
    }

    pub(super) fn rules(&self) -> Vec<String> {
        self.0.rules.iter().map(Rule::name).collect()
    }

    /// Whether a message is one item that follows a rule.
    pub(super) fn holds(&self, rule: &str, message: &[u8]) -> bool {
        self.named(rule, message)
    }

    fn named(&self, name: &str, item: &[u8]) -> bool {
        match name {
            "uint" => uint(item).is_some(),
            "bytes" => whole(item, Decoder::bytes).is_some(),
            "text" => text(item).is_some(),
            "bool" => whole(item, Decoder::bool).is_some(),
            "null" => whole(item, Decoder::null).is_some(),
            _ => match self.0.rules.iter().find(|rule| rule.name() == name) {
                Some(Rule::Type { rule, .. }) => self.follows(&rule.value, item),
                _ => panic!("the rule {name} is missing"),
            },
        }
    }

    fn follows(&self, choices: &Type<'_>, item: &[u8]) -> bool {
        choices
            .type_choices
            .iter()
            .any(|choice| self.controlled(&choice.type1, item))
    }

    fn controlled(&self, said: &Type1<'_>, item: &[u8]) -> bool {
        let Some(operator) = &said.operator else {
            return self.plain(&said.type2, item);
        };
        let bound = &operator.type2;
        match &operator.operator {
            RangeCtlOp::RangeOp {
                is_inclusive: true, ..
            } => uint(item).is_some_and(|n| (number(&said.type2)..=number(bound)).contains(&n)),
            RangeCtlOp::CtlOp { ctrl, .. } => {
                self.plain(&said.type2, item) && self.control(*ctrl, bound, item)
            }
            other => panic!("{other} is not used by the grammar"),
        }
    }

    fn control(&self, control: ControlOperator, bound: &Type2<'_>, item: &[u8]) -> bool {
        let bytes = whole(item, Decoder::bytes);
        match control {
            ControlOperator::LE => uint(item).is_some_and(|n| n <= number(bound)),
            ControlOperator::CBOR => bytes.is_some_and(|inner| self.plain(bound, inner)),
            ControlOperator::REGEXP => text(item).is_some_and(|text| matches(text, pattern(bound))),
            ControlOperator::SIZE => match (uint(item), bytes.or(text(item).map(str::as_bytes))) {
                (Some(n), _) => n >> (8 * number(bound)) == 0,
                (None, Some(counted)) => self.plain(bound, &wire::to_cbor(&counted.len())),
                (None, None) => false,
            },
            other => panic!("{other} is not used by the grammar"),
        }
    }

    fn plain(&self, said: &Type2<'_>, item: &[u8]) -> bool {
        match said {
            Type2::UintValue { value, .. } => uint(item) == Some(*value as u64),
            Type2::TextValue { value, .. } => text(item) == Some(value),
            Type2::Typename { ident, .. } => self.named(ident.ident, item),
            Type2::ParenthesizedType { pt, .. } => self.follows(pt, item),
            Type2::Array { group, .. } => {
                fields(item).is_some_and(|fields| self.array(group, &fields))
            }
            other => panic!("{other} is not used by the grammar"),
        }
    }

    /// Entries take as many fields as they may, one after the other; none may be left.
    fn array(&self, group: &Group<'_>, mut fields: &[&[u8]]) -> bool {
        let [choice] = group.group_choices.as_slice() else {
            panic!("{group} has choices")
        };
        for (entry, _) in &choice.group_entries {
            let (occur, follows): (_, Follows<'_>) = match entry {
                GroupEntry::ValueMemberKey { ge, .. } => (&ge.occur, &|field: &[u8]| {
                    self.follows(&ge.entry_type, field)
                }),
                GroupEntry::TypeGroupname { ge, .. } => {
                    let Identifier { ident, .. } = ge.name;
                    (&ge.occur, &move |field: &[u8]| self.named(ident, field))
                }
                GroupEntry::InlineGroup { .. } => panic!("{entry} is not used by the grammar"),
            };
            let (least, most) = bounds(occur.as_ref());
            let taken = fields
                .iter()
                .take(most)
                .take_while(|field| follows(field))
                .count();
            if taken < least {
                return false;
            }
            fields = &fields[taken..];
        }
        fields.is_empty()
    }
}

fn bounds(occur: Option<&Occurrence<'_>>) -> (usize, usize) {
    match occur.map(|occurrence| &occurrence.occur) {
        None => (1, 1),
        Some(Occur::Optional { .. }) => (0, 1),
        Some(Occur::ZeroOrMore { .. }) => (0, usize::MAX),
        Some(Occur::Exact { lower, upper, .. }) => {
            (lower.unwrap_or(0), upper.unwrap_or(usize::MAX))
        }
        Some(other) => panic!("{other} is not used by the grammar"),
    }
}

fn number(said: &Type2<'_>) -> u64 {
    match said {
        Type2::UintValue { value, .. } => *value as u64,
        other => panic!("{other} is no number"),
    }
}

fn pattern<'t>(said: &'t Type2<'_>) -> &'t str {
    match said {
        Type2::TextValue { value, .. } => value,
        other => panic!("{other} is no text"),
    }
}

/// Whether a text is like an expression of the form `begin[class]{least,most}`.
fn matches(text: &str, expression: &str) -> bool {
    let (begin, rest) = expression.split_once('[').unwrap();
    let (class, count) = rest.split_once(']').unwrap();
    let (least, most) = count.trim_matches(['{', '}']).split_once(',').unwrap();
    let class: Vec<char> = class.chars().collect();
    let within = |c: char| {
        let ranges = class.windows(3).filter(|w| w[1] == '-');
        let mut singles = class.iter().filter(|single| **single != '-');
        ranges.into_iter().any(|w| (w[0]..=w[2]).contains(&c)) || singles.any(|single| *single == c)
    };
    let count: std::ops::RangeInclusive<usize> = least.parse().unwrap()..=most.parse().unwrap();
    text.strip_prefix(begin)
        .is_some_and(|rest| rest.chars().all(within) && count.contains(&rest.chars().count()))
}

/// What a decoder reads, if that is all there is.
fn whole<'b, T>(
    item: &'b [u8],
    read: impl Fn(&mut Decoder<'b>) -> Result<T, minicbor::decode::Error>,
) -> Option<T> {
    let mut decoder = Decoder::new(item);
    let value = read(&mut decoder).ok()?;
    (decoder.position() == item.len()).then_some(value)
}

fn uint(item: &[u8]) -> Option<u64> {
    whole(item, Decoder::u64)
}

fn text(item: &[u8]) -> Option<&str> {
    whole(item, Decoder::str)
}

/// The encoded fields of an array; nothing if the item is none.
pub(super) fn fields(item: &[u8]) -> Option<Vec<&[u8]>> {
    let mut decoder = Decoder::new(item);
    let count = decoder.array().ok()??;
    let field = |_| {
        let begin = decoder.position();
        decoder.skip().ok()?;
        item.get(begin..decoder.position())
    };
    let fields: Option<Vec<_>> = (0..count).map(field).collect();
    fields.filter(|_| decoder.position() == item.len())
}
