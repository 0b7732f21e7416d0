//! Who sends a request: the key in a header, `client_id` in the query, or both.

use super::RevyOps;
use super::choices::{Auth, MasterHeader};
use super::page::Query;
use super::reply::Problem;
use crate::sandbox::Received;

const MISSING: Problem = Problem::Key("Authentication credentials were not provided.");
const WRONG_KEY: Problem = Problem::Key("Invalid API key.");

impl RevyOps {
    /// Lets a request in, or says why not.
    pub(super) fn sign_in(
        &self,
        request: &Received,
        query: &Query,
        master: bool,
    ) -> Result<(), Problem> {
        if master {
            return self.master_sign_in(request);
        }
        let key = request.header(self.quirks.header_name());
        let client = query.last("client_id");
        let key_fits = key.is_none_or(|key| key == self.key);
        let client_fits = client.is_none_or(|client| client == self.client_id);
        match self.quirks.auth {
            Auth::Header if key.is_none() => Err(MISSING),
            Auth::ClientId if client.is_none() => Err(MISSING),
            Auth::Both if key.is_none() || client.is_none() => Err(MISSING),
            Auth::Either if key.is_none() && client.is_none() => Err(MISSING),
            Auth::Header | Auth::Both | Auth::Either if !key_fits => Err(WRONG_KEY),
            Auth::ClientId if !client_fits => Err(Problem::Key("Invalid client_id.")),
            Auth::Both | Auth::Either if !client_fits => Err(match key {
                Some(_) => Problem::Unauthorized("API key is not authorized for this client_id."),
                None => Problem::Key("Invalid client_id."),
            }),
            _ => Ok(()),
        }
    }

    /// The master key sees the contacts of every client: `client_id` has nothing to say there.
    fn master_sign_in(&self, request: &Received) -> Result<(), Problem> {
        let name = match self.quirks.master {
            MasterHeader::Same => self.quirks.header_name(),
            MasterHeader::Own => "x-master-api-key",
        };
        match request.header(name) {
            None => Err(MISSING),
            Some(key) if key == self.master_key => Ok(()),
            Some(_) => Err(WRONG_KEY),
        }
    }
}
