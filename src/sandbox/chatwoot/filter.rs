//! `POST contacts/filter`: conditions joined without parentheses, as the SQL they become.
//!
//! What the server lets the database find out (a missing operator, a value of the wrong type in any
//! contact) is a 500 here as there.

use serde_json::Value;

use super::condition::Condition;
use super::records::{Contact, Object};
use super::reply::{Outcome, Refusal};
use super::state::State;
use super::{Call, list};

/// A condition of SQL's three-valued logic.
pub type Test = Box<dyn Fn(&Contact) -> Option<bool>>;

/// A piece of the query the conditions become.
pub enum Token {
    /// One comparison.
    Test(Test),
    /// `AND`.
    And,
    /// `OR`.
    Or,
}

/// Answers a filter request.
///
/// # Errors
/// 422 for what the server checks, 500 for what it leaves to the database.
pub fn answer(state: &State, call: &Call<'_>) -> Outcome {
    let new = state.version.is_new();
    let base: Vec<&Contact> = state
        .contacts
        .values()
        .filter(|c| c.account == call.caller.account && (!new || c.is_resolved()))
        .collect();
    let Some(Value::Array(payload)) = call.params.get("payload") else {
        return Err(Refusal::Crash);
    };
    let conditions: Vec<&Object> = payload
        .iter()
        .map(|item| item.as_object().ok_or(Refusal::Crash))
        .collect::<Result<_, _>>()?;
    for condition in &conditions {
        joint(condition)?;
    }
    let mut tokens = Vec::new();
    for condition in conditions {
        let condition = Condition {
            state,
            call,
            fields: condition,
            base: &base,
        };
        condition.compile(&mut tokens)?;
    }
    let groups = parse(tokens).ok_or(Refusal::Crash)?;
    let found = base
        .into_iter()
        .filter(|contact| groups.is_empty() || any(&groups, contact) == Some(true))
        .collect();
    list::page_of(state, call, found)
}

/// The operator that joins a condition to the next.
///
/// # Errors
/// 422 for a word that is neither, 500 for something else than a word.
pub fn joint(condition: &Object) -> Result<Option<Token>, Refusal> {
    match condition.get("query_operator") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(word)) => match word.to_uppercase().as_str() {
            "AND" => Ok(Some(Token::And)),
            "OR" => Ok(Some(Token::Or)),
            _ => Err(Refusal::Unprocessable(
                "Query operator must be either \"AND\" or \"OR\".".into(),
            )),
        },
        Some(_) => Err(Refusal::Crash),
    }
}

/// Alternatives of conjunctions; none where the tokens are no valid SQL.
fn parse(tokens: Vec<Token>) -> Option<Vec<Vec<Test>>> {
    let mut groups: Vec<Vec<Test>> = Vec::new();
    let mut open = true;
    let mut new_group = true;
    for token in tokens {
        match token {
            Token::Test(test) if open => {
                if new_group {
                    groups.push(Vec::new());
                }
                groups.last_mut()?.push(test);
                open = false;
            }
            Token::And | Token::Or if !open => {
                new_group = matches!(token, Token::Or);
                open = true;
            }
            _ => return None,
        }
    }
    (groups.is_empty() || !open).then_some(groups)
}

/// Three-valued `OR` over the groups' three-valued `AND`.
fn any(groups: &[Vec<Test>], contact: &Contact) -> Option<bool> {
    let all = |tests: &Vec<Test>| decide(tests.iter().map(|test| test(contact)), false);
    decide(groups.iter().map(all), true)
}

/// `decisive` if any result is that, unknown if any is unknown, else the contrary.
fn decide(mut results: impl Iterator<Item = Option<bool>> + Clone, decisive: bool) -> Option<bool> {
    if results.clone().any(|result| result == Some(decisive)) {
        Some(decisive)
    } else if results.any(|result| result.is_none()) {
        None
    } else {
        Some(!decisive)
    }
}
