//! How the hub heard that somebody leaves their organisation. What ended with them is counted, and so is the time it
//! took.

use crate::words;

/// Where the word came from that a member leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveSource {
    /// The organisation's directory changed them (RFC 7644 3.5.2).
    ScimPatch,
    /// The directory replaced what it says of them (RFC 7644 3.5.1).
    ScimPut,
    /// The directory removed them (RFC 7644 3.6).
    ScimDelete,
    /// An administrator, on a page.
    Console,
    /// The operator, at the command line.
    Operator,
}
words!(LeaveSource, "source of a leaver", {
    ScimPatch = "scim_patch",
    ScimPut = "scim_put",
    ScimDelete = "scim_delete",
    Console = "console",
    Operator = "operator",
});
