//! Who is calling, and may they enter the account.

use super::params::leading_number;
use super::records::{Role, User};
use super::reply::{NO_RIGHT, Refusal};
use super::state::State;
use crate::sandbox::Received;

/// A user inside an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The user's number.
    pub user: u64,
    /// The account of the path.
    pub account: u64,
    /// The user's role there.
    pub role: Role,
}

impl Caller {
    /// Lets administrators pass.
    ///
    /// # Errors
    /// 401 for everybody else: this API never answers 403.
    pub fn needs_administrator(&self) -> Result<(), Refusal> {
        if self.role == Role::Administrator {
            Ok(())
        } else {
            Err(NO_RIGHT)
        }
    }
}

/// The person behind a request's token or session headers.
///
/// # Errors
/// 401 without a token, with an unknown one, and for bots.
pub fn user<'a>(state: &'a State, request: &Received) -> Result<&'a User, Refusal> {
    // The server reads HTTP_API_ACCESS_TOKEN, to which a dash and an underscore are the same.
    let token = request
        .headers
        .iter()
        .find(|(name, _)| {
            name.replace('_', "-")
                .eq_ignore_ascii_case("api-access-token")
        })
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty());
    let Some(token) = token else {
        return session(state, request).ok_or(Refusal::SignIn);
    };
    let user = state
        .users
        .iter()
        .find(|user| user.token == token)
        .ok_or(Refusal::Unauthorized("Invalid Access Token"))?;
    if user.bot {
        return Err(Refusal::Unauthorized(
            "Access to this endpoint is not authorized for bots",
        ));
    }
    Ok(user)
}

fn session<'a>(state: &'a State, request: &Received) -> Option<&'a User> {
    let token = request.header("access-token")?;
    let client = request.header("client")?;
    let uid = request.header("uid")?;
    let (id, _, _) = state
        .sessions
        .iter()
        .find(|(_, t, c)| t == token && c == client)?;
    state
        .users
        .iter()
        .find(|user| user.id == *id && user.email == uid)
}

/// The caller's place in the account of the path.
///
/// # Errors
/// 401 as [`user`] and for strangers and suspended accounts, 404 for unknown accounts.
pub fn member(state: &State, request: &Received, account: &str) -> Result<Caller, Refusal> {
    let user = user(state, request)?;
    let account = state
        .accounts
        .get(&leading_number(account))
        .ok_or(Refusal::NotFound)?;
    if account.suspended {
        return Err(Refusal::Unauthorized("Account is suspended"));
    }
    let (_, role) = user
        .memberships
        .iter()
        .find(|(id, _)| *id == account.id)
        .ok_or(Refusal::Unauthorized(
            "You are not authorized to access this account",
        ))?;
    Ok(Caller {
        user: user.id,
        account: account.id,
        role: *role,
    })
}
