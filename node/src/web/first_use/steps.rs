//! The pages of first use, and what comes of their forms.

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use streetlamp_proto::cell::Cell;
use streetlamp_proto::identity::Name;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::FirstUse;
use super::place::{self, Found, Map, TownLink};
use super::plan::{Plan, Step, Whereabouts, verdict};
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::home::Home;
use crate::picture;
use crate::secret::Kept;
use crate::strength;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::gate::see_other;
use crate::web::language::{Texts, refusal, say};
use crate::web::problem::{Problem, rendered, status_of};

/// A home in a coarser cell than this would hear of half a country.
const COARSEST: usize = 5;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    step: Option<Step>,
    /// The cell that the map shows.
    cell: Option<String>,
}

/// One of the forms, as it was sent.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(super) enum Asked {
    Name { name: String },
    Find { text: String },
    Place { cell: String },
    Unsaid,
    Passphrase { passphrase: String, again: String },
    MakePassphrase,
    Words { first: String, second: String },
    Finish,
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    passphrase: String,
}

#[derive(Template)]
#[template(path = "first_use.html")]
struct Page<'a> {
    frame: Frame,
    step: Step,
    number: usize,
    back: Option<&'static str>,
    wrong: Option<String>,
    typed: String,
    name: &'a str,
    map: Option<Map>,
    towns: Vec<TownLink>,
    sheet: Option<Sheet>,
}

/// What stands on the recovery sheet.
struct Sheet {
    household: String,
    words: Zeroizing<String>,
    picture: Zeroizing<String>,
    recovery: Zeroizing<String>,
    made: Option<Zeroizing<String>>,
    verdict: String,
    asked: [usize; 2],
}

impl Sheet {
    fn of(plan: &Plan) -> Option<Self> {
        let chosen = plan.chosen.as_ref()?;
        let words = plan.words.expose();
        let picture = Zeroizing::new(picture::svg(&words).ok()?);
        Some(Self {
            household: plan.words.root().household().to_string(),
            picture: Zeroizing::new(picture::inside_a_page(&picture).to_owned()),
            words,
            recovery: plan.words.recovery().expose(),
            made: chosen.made.then(|| chosen.passphrase.clone()),
            verdict: chosen
                .verdict
                .as_ref()
                .map_or_else(|| say!("first-use-made"), verdict),
            asked: plan.asked,
        })
    }
}

impl<'a> Page<'a> {
    fn of(plan: &'a Plan, step: Step) -> Self {
        let number = Step::ALL.iter().take_while(|s| **s < step).count();
        let before = Step::ALL.get(number.wrapping_sub(1));
        Self {
            frame: Frame::bare("./".to_owned()),
            step,
            number: number + 1,
            back: before.map(|step| step.word()),
            wrong: None,
            typed: String::new(),
            name: plan.name.as_ref().map(Name::as_str).unwrap_or_default(),
            map: None,
            towns: Vec::new(),
            sheet: (step == Step::Sheet).then(|| Sheet::of(plan)).flatten(),
        }
    }

    /// The step of the map, showing this cell.
    fn at(plan: &'a Plan, cell: Option<&Cell>) -> Self {
        Self {
            map: Some(Map::of(cell)),
            ..Self::of(plan, Step::Place)
        }
    }
}

pub(super) async fn show(
    State(state): State<FirstUse>,
    shown: std::result::Result<Query<Shown>, QueryRejection>,
) -> Response {
    let Shown { step, cell } = shown.map(|Query(shown)| shown).unwrap_or_default();
    let plan = state.plan.lock().await;
    let step = step.unwrap_or(plan.next()).min(plan.next());
    if step != Step::Place {
        return rendered(&Page::of(&plan, step));
    }
    let asked = cell.and_then(|cell| cell.parse().ok());
    let known = match &plan.place {
        Some(Whereabouts::In(cell)) => Some(cell),
        _ => None,
    };
    rendered(&Page::at(&plan, asked.as_ref().or(known)))
}

/// What came of a form.
enum Next {
    /// The step that comes now.
    Step,
    /// The map, elsewhere.
    Map(Cell),
    /// Several towns have that name.
    Towns(String, Vec<TownLink>),
    /// The home is made.
    Home,
}

pub(super) async fn take(
    State(state): State<FirstUse>,
    Extension(session): Extension<Kept>,
    Fields(asked): Fields<Asked>,
) -> std::result::Result<Response, Problem> {
    let mut plan = state.plan.lock().await;
    let (step, typed) = match &asked {
        Asked::Name { name } => (Step::Name, name.clone()),
        Asked::Find { text } => (Step::Place, text.clone()),
        Asked::Place { .. } | Asked::Unsaid => (Step::Place, String::new()),
        Asked::Passphrase { .. } | Asked::MakePassphrase => (Step::Passphrase, String::new()),
        Asked::Words { .. } => (Step::Sheet, String::new()),
        Asked::Finish => (Step::Emergency, String::new()),
    };
    if step > plan.next() {
        return Ok(see_other("./"));
    }
    match carry_out(&state, &mut plan, asked) {
        Ok(Next::Step) => Ok(see_other("./")),
        Ok(Next::Map(cell)) => Ok(see_other(&format!("./?step=place&cell={cell}"))),
        Ok(Next::Towns(typed, towns)) => {
            let mut page = Page::at(&plan, None);
            (page.typed, page.towns) = (typed, towns);
            Ok(rendered(&page))
        }
        Ok(Next::Home) => {
            // Whoever made the home just now sits at the page.
            state.gate.sessions.prove(session, Instant::now());
            state.done.cancel();
            Ok(see_other("./"))
        }
        Err(error) if error.kind() == ErrorKind::Invalid => {
            let mut page = match step {
                Step::Place => Page::at(&plan, None),
                step => Page::of(&plan, step),
            };
            page.wrong = Some(refusal(&error));
            page.typed = typed;
            Ok((status_of(error.kind()), rendered(&page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn carry_out(state: &FirstUse, plan: &mut Plan, asked: Asked) -> Result<Next> {
    let invalid = |message: String| Error::new(ErrorKind::Invalid, message);
    match asked {
        Asked::Name { name } => {
            let name =
                Name::clean(&name).map_err(|e| invalid(say!("first-use-odd-name")).because(e))?;
            plan.name = Some(name);
        }
        Asked::Find { text } => {
            return match place::find(&text) {
                Found::Cell(cell) => Ok(Next::Map(cell)),
                Found::Towns(towns) => Ok(Next::Towns(text, towns)),
                Found::Nothing => Err(invalid(say!("first-use-nothing-found"))),
            };
        }
        Asked::Place { cell } => {
            let cell: Cell = cell
                .parse()
                .map_err(|_| invalid(say!("first-use-no-cell")))?;
            if cell.as_str().len() < COARSEST {
                return Err(invalid(say!("first-use-large-cell")));
            }
            plan.place = Some(Whereabouts::In(cell));
        }
        Asked::Unsaid => plan.place = Some(Whereabouts::Unsaid),
        Asked::Passphrase { passphrase, again } => {
            plan.choose(passphrase, &Zeroizing::new(again))?;
        }
        Asked::MakePassphrase => plan.make_passphrase(&mut state.entropy.generator()?),
        Asked::Words { first, second } => {
            let typed = [Zeroizing::new(first), Zeroizing::new(second)];
            if !plan.are_on_paper([&typed[0], &typed[1]]) {
                return Err(invalid(say!("first-use-not-on-paper")));
            }
            plan.on_paper = true;
        }
        Asked::Finish => {
            let new = plan
                .complete(Clock::System.now())
                .ok_or_else(|| invalid(say!("first-use-missing")))?;
            Home::create_on_paper(&state.dir, new, &state.entropy)?;
            return Ok(Next::Home);
        }
    }
    Ok(Next::Step)
}

/// How good a passphrase is, while it is typed.
pub(super) async fn strength(
    State(state): State<FirstUse>,
    Fields(typed): Fields<Typed>,
) -> String {
    let passphrase = Zeroizing::new(typed.passphrase);
    if passphrase.is_empty() {
        return String::new();
    }
    let plan = state.plan.lock().await;
    verdict(&strength::judge(&passphrase, &plan.about()))
}
