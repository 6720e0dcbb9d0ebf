//! People as fintechs see them: who they are, and how a fintech lets go of them.

pub mod http;
pub mod userinfo;
